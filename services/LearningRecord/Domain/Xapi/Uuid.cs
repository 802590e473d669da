namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>RFC 9562 in its text form, of the standard's own variant.</summary>
public static class Uuid
{
    private const int VariantDigit = 19;

    public static bool TryParse(string text, out Guid id)
        => Guid.TryParseExact(text, "D", out id) && text[VariantDigit] is '8' or '9' or 'a' or 'b' or 'A' or 'B';
}
