namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>RFC 3987, as far as a record store must insist: a scheme, something after it, and no character that may not stand in an IRI.</summary>
public static class Iri
{
    private const string Forbidden = "<>\"{}|\\^`";

    public static bool IsValid(string text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0 || colon == text.Length - 1 || !char.IsAsciiLetter(text[0])) return false;
        foreach (char c in text.AsSpan(0, colon))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }
        foreach (char c in text.AsSpan(colon + 1))
        {
            if (c <= ' ' || c == '\u007f' || char.IsWhiteSpace(c) || Forbidden.Contains(c)) return false;
        }
        return true;
    }

    /// <summary><c>mailto:</c> and an address with both its sides.</summary>
    public static bool IsMailbox(string text)
    {
        const string scheme = "mailto:";
        if (!text.StartsWith(scheme, StringComparison.Ordinal) || !IsValid(text)) return false;
        int at = text.LastIndexOf('@');
        return at > scheme.Length && at < text.Length - 1;
    }
}
