namespace Pathways.LinkedData.Rdf;

internal static class Permutations
{
    /// <summary>Each order of the items once (Heap's algorithm). The list handed out is reused for the next one.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(List<string> items)
    {
        var current = items.ToArray();
        var counters = new int[current.Length];
        yield return current;
        for (var i = 1; i < current.Length;)
        {
            if (counters[i] >= i)
            {
                counters[i++] = 0;
                continue;
            }
            var other = i % 2 == 0 ? 0 : counters[i];
            (current[i], current[other]) = (current[other], current[i]);
            counters[i]++;
            i = 1;
            yield return current;
        }
    }
}
