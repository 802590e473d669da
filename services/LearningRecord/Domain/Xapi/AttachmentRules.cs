using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>What a statement says of its attachments (xAPI 2.0, section 4.2.2.6; 1.0.3, Data 2.4.11).</summary>
internal static class AttachmentRules
{
    public static Rejection? Attachments(JsonElement value) => Each(value, Attachment);

    private static Rejection? Attachment(JsonElement value) => Members(value, member => member.Name switch
    {
        "usageType" or "fileUrl" => In(member.Name, Iri(member.Value)),
        "display" or "description" => In(member.Name, LanguageMap(member.Value)),
        "contentType" => In("contentType", String(member.Value) ?? (member.Value.GetString()!.Contains('/') ? null : Broken("must be a media type"))),
        "length" => In("length", NaturalNumber(member.Value)),
        "sha2" => In("sha2", Hex(member.Value, "must be a SHA-2 in hexadecimal", 56, 64, 96, 128)),
        _ => Unknown(member.Name),
    })
    ?? Required(value, "usageType") ?? Required(value, "display") ?? Required(value, "contentType") ?? Required(value, "length") ?? Required(value, "sha2");
}
