using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Runtime.InteropServices;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Documents;

/// <summary>A document as it came, of whatever type.</summary>
/// <param name="Id">stateId or profileId.</param>
public sealed record DocumentContent(string Id, string ContentType, ReadOnlyMemory<byte> Bytes)
{
    public string ETag
    {
        get
        {
#pragma warning disable CA5350 // xAPI 1.0.3 prescribes SHA-1 for the ETag; it tells versions apart and protects nothing.
            return Convert.ToHexStringLower(SHA1.HashData(Bytes.Span));
#pragma warning restore CA5350
        }
    }

    public bool IsObject
    {
        get
        {
            var parsed = StatementJson.Parse(Bytes);
            if (!parsed.IsAccepted) return false;
            using var document = parsed.Value;
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
    }

    public static bool IsJson(string? contentType)
        => contentType is not null && contentType.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The other one's top-level members over this one's; what is deeper is replaced whole (xAPI 2.0, section 4.1.6.2).</summary>
    public Result<DocumentContent> Merge(DocumentContent over)
    {
        // A PUT keeps what it gets, whatever its Content-Type says.
        var parsed = StatementJson.Parse(Bytes);
        if (!parsed.IsAccepted) return Rejection.Invalid("document-not-mergeable", "The document that is there is not the JSON that its Content-Type says.", "Replace it with PUT.");
        using var old = parsed.Value;
        if (old.RootElement.ValueKind != JsonValueKind.Object) return over;
        using var added = JsonDocument.Parse(ByteOrderMark.Skip(over.Bytes));
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var member in old.RootElement.EnumerateObject().Where(member => !added.RootElement.TryGetProperty(member.Name, out _))) Write(json, member);
            foreach (var member in added.RootElement.EnumerateObject()) Write(json, member);
            json.WriteEndObject();
        }
        return over with { Bytes = output.WrittenMemory };
    }

    private static void Write(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
    }
}
