namespace Pathways.LinkedData.Rdf;

/// <summary>Unicode code point order. UTF-16 order differs: its surrogates stand before U+E000.</summary>
internal static class CodePointOrder
{
    public static int Compare(string x, string y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        var one = x.AsSpan();
        var other = y.AsSpan();
        var common = one.CommonPrefixLength(other);
        if (common == one.Length || common == other.Length)
            return one.Length - other.Length;
        return Weight(one[common]) - Weight(other[common]);
    }

    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
