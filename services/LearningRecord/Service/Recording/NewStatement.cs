using System.Buffers;
using System.Text.Json;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Recording;

/// <summary>A valid statement on its way into the record.</summary>
/// <param name="Json">As it came.</param>
internal sealed record NewStatement(Guid Id, JsonElement Json)
{
    /// <summary>Content of attachments that came with the request, by hash.</summary>
    public IReadOnlyDictionary<string, byte[]> Parts { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Said by this service itself: what it says of activities counts, whoever's statements it comes with.</summary>
    public bool IsOwn { get; init; }

    public JsonElement Object => Json.GetProperty("object");

    public string VerbId => Json.GetProperty("verb").GetProperty("id").GetString()!;

    public bool IsVoiding => VerbId == StatementRules.VoidedVerb;

    public string ObjectType => Object.TryGetProperty("objectType", out var type) ? type.GetString()! : "Activity";

    public string? ActivityId => ObjectType == "Activity" ? Object.GetProperty("id").GetString() : null;

    public Guid? RefersTo => ObjectType == "StatementRef" ? Object.GetProperty("id").GetGuid() : null;

    /// <summary>Who the record belongs to: the actor; of a group without an identifier its first member.</summary>
    public Identity Owner
    {
        get
        {
            var actor = Json.GetProperty("actor");
            return Identity.Of(actor) ?? Identity.Of(actor.GetProperty("member")[0])!;
        }
    }

    public IReadOnlyList<StoredAttachment> Attachments => [.. AttachmentRules.Of(Json).Select(attachment => new StoredAttachment(
        attachment.GetProperty("usageType").GetString()!,
        attachment.GetProperty("contentType").GetString()!,
        attachment.GetProperty("length").GetInt64(),
        attachment.GetProperty("sha2").GetString()!.ToLowerInvariant(),
        attachment.TryGetProperty("fileUrl", out var url) ? url.GetString() : null))];

    public byte[] Text(Stamp stamp)
    {
        var output = new ArrayBufferWriter<byte>(1536);
        StatementWriter.Write(output, Json, stamp);
        return output.WrittenSpan.ToArray();
    }

    public Achievement? Achieves(MappingRules rules, DateTimeOffset stored) => rules.Derive(Json, stored);
}
