namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>RFC 5646, section 2.1: well-formed tags. Whether a subtag is registered is not asked.</summary>
public static class LanguageTag
{
    private static readonly HashSet<string> Irregular = new(StringComparer.OrdinalIgnoreCase)
    {
        "en-GB-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-pwn",
        "i-tao", "i-tay", "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE",
    };

    public static bool IsValid(string text)
    {
        if (text.Length == 0) return false;
        if (Irregular.Contains(text)) return true;
        string[] parts = text.Split('-');
        if (!Array.TrueForAll(parts, part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit))) return false;
        if (IsPrivate(parts[0])) return parts.Length > 1;
        if (parts[0].Length < 2 || !parts[0].All(char.IsAsciiLetter)) return false;

        int next = 1;
        if (parts[0].Length <= 3)
        {
            for (int extended = 0; extended < 3 && next < parts.Length && IsAlpha(parts[next], 3); extended++) next++;
        }
        if (next < parts.Length && IsAlpha(parts[next], 4)) next++;
        if (next < parts.Length && (IsAlpha(parts[next], 2) || IsDigits(parts[next], 3))) next++;
        while (next < parts.Length && IsVariant(parts[next])) next++;
        return AreExtensions(parts.AsSpan(next));
    }

    private static bool AreExtensions(ReadOnlySpan<string> parts)
    {
        while (parts.Length > 0)
        {
            if (parts[0].Length != 1) return false;
            if (IsPrivate(parts[0])) return parts.Length > 1;
            int values = 1;
            while (values < parts.Length && parts[values].Length >= 2) values++;
            if (values == 1) return false;
            parts = parts[values..];
        }
        return true;
    }

    private static bool IsPrivate(string part) => part is "x" or "X";

    private static bool IsAlpha(string part, int length) => part.Length == length && part.All(char.IsAsciiLetter);

    private static bool IsDigits(string part, int length) => part.Length == length && part.All(char.IsAsciiDigit);

    private static bool IsVariant(string part) => part.Length >= 5 || (part.Length == 4 && char.IsAsciiDigit(part[0]));
}
