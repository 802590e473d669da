using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Portfolio;

/// <summary>What a piece of evidence is; kept encrypted under the learner's key.</summary>
/// <param name="Sha256">Of a file's content, of a link's address; hexadecimal.</param>
public sealed record EvidenceText(string Title, string? Description, string Sha256, string? FileName = null, string? ContentType = null, string? Url = null)
{
    private const int LongestLine = 300;
    private const int LongestText = 4000;
    private const int LongestUrl = 2048;

    public Rejection? Check()
    {
        if (!IsLine(Title)) return Invalid($"The title has 1 to {LongestLine} characters.", "/title");
        if (Description is not null && Description.Length is 0 or > LongestText) return Invalid($"The description has 1 to {LongestText} characters.", "/description");
        if (FileName is not null && (!IsLine(FileName) || FileName.AsSpan().ContainsAny('/', '\\'))) return Invalid("The file's name is a name without a path.", "/file");
        if (Url is not null && (Url.Length > LongestUrl || !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0))
            return Invalid("The address is an http or https URL without credentials.", "/url");
        return null;
    }

    private static bool IsLine(string text) => text.Length is > 0 and <= LongestLine && !text.AsSpan().ContainsAnyInRange('\0', '\u001f');

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("evidence-invalid", message, "Correct the description at this place.", place);
}
