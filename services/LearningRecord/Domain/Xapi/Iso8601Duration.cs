namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>ISO 8601:2004, section 4.4.3.2 (with designators). The alternative format of 4.4.3.3 is not one.</summary>
public static class Iso8601Duration
{
    public static bool IsValid(string text) => Parse(text, out _);

    /// <summary>What two durations are compared by: seconds count to a hundredth, the rest is cut (xAPI 2.0, section 4.2.7).</summary>
    public static string Comparable(string text)
    {
        if (!Parse(text, out int fraction) || fraction < 0 || text[^1] != 'S') return text;
        string kept = text[fraction..^1];
        kept = (kept.Length > 2 ? kept[..2] : kept).TrimEnd('0');
        return kept.Length == 0 ? text[..(fraction - 1)] + "S" : $"{text[..(fraction - 1)]}.{kept}S";
    }

    /// <param name="fraction">Index of the first digit behind the decimal sign; -1 without one.</param>
    private static bool Parse(string text, out int fraction)
    {
        fraction = -1;
        if (text.Length < 3 || text[0] != 'P') return false;
        string designators = "YMWD";
        bool inTime = false, any = false, weeks = false;
        int at = 1;
        while (at < text.Length)
        {
            if (text[at] == 'T' && !inTime)
            {
                (inTime, designators, any) = (true, "HMS", false);
                at++;
                continue;
            }
            if (fraction >= 0) return false; // only the smallest component may have a fraction
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            if (at == start) return false;
            if (at < text.Length && text[at] is '.' or ',')
            {
                fraction = ++at;
                while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
                if (at == fraction) return false;
            }
            int place = at < text.Length ? designators.IndexOf(text[at]) : -1;
            if (place < 0 || weeks) return false;
            if (text[at] == 'W')
            {
                if (start != 1) return false;
                weeks = true;
            }
            designators = designators[(place + 1)..];
            any = true;
            at++;
        }
        return any && !(weeks && inTime);
    }
}
