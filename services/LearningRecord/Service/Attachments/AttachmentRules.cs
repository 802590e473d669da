using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Attachments;

/// <summary>Statements and the content that came with them belong together, part by part; signatures are verified.</summary>
internal static class AttachmentRules
{
    public static Rejection? Check(IReadOnlyList<NewStatement> statements, IReadOnlyDictionary<string, byte[]> parts)
    {
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < statements.Count; i++)
        {
            foreach (var attachment in Of(statements[i].Json))
            {
                string sha2 = attachment.GetProperty("sha2").GetString()!;
                bool isSignature = attachment.GetProperty("usageType").ValueEquals(StatementSignature.UsageType);
                if (!parts.TryGetValue(sha2, out byte[]? content))
                {
                    if (attachment.TryGetProperty("fileUrl", out _)) continue;
                    return Rejection.Invalid("attachment-missing", $"Statement {i}: the content of the attachment {sha2} did not come with it, and there is no fileUrl.", "Send the content as a part of the request, or name its fileUrl.", "/attachments");
                }
                used.Add(sha2);
                if (isSignature && StatementSignature.Check(statements[i].Json, content, attachment.GetProperty("contentType").GetString()!) is { } refused)
                    return refused with { Message = $"Statement {i}: {refused.Message}" };
            }
        }
        return used.Count == parts.Count ? null : Rejection.Invalid("attachment-unexpected", "An attachment came that no statement speaks of.", "Describe it in a statement's attachments, or leave it out.", "/attachments");
    }

    /// <summary>Those of a statement and of its sub-statement.</summary>
    public static IEnumerable<JsonElement> Of(JsonElement statement)
    {
        var own = statement.TryGetProperty("attachments", out var attachments) ? attachments.EnumerateArray() : default(IEnumerable<JsonElement>);
        foreach (var attachment in own ?? []) yield return attachment;
        var value = statement.GetProperty("object");
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("objectType", out var type) || !type.ValueEquals("SubStatement")) yield break;
        foreach (var attachment in Of(value)) yield return attachment;
    }
}
