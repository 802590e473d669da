using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pathways.Messaging.Wire;

/// <summary>
/// A public event as it travels, between services and to institutions alike: CloudEvents 1.0, JSON structured mode. Its
/// extensions say where it stands in its stream, so that a receiver sees duplicates, inversions and gaps.
/// </summary>
/// <param name="Source"><c>/tenant/service</c>.</param>
/// <param name="Subject">The stream.</param>
/// <param name="Time">When it was recorded.</param>
/// <param name="Sequence">The version in the stream (extension "Sequence" of CloudEvents, <c>sequencetype</c> Integer).</param>
/// <param name="Previous">Version of the public event before it in the stream; 0 when it is the first.</param>
/// <param name="ValidTime">When it became true.</param>
/// <param name="TraceParent">W3C trace context of what caused it (extension "Distributed Tracing").</param>
public sealed record CloudEvent(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("sequence")] string Sequence,
    [property: JsonPropertyName("previous")] string Previous,
    [property: JsonPropertyName("validtime")] DateTimeOffset ValidTime,
    [property: JsonPropertyName("correlationid")] string CorrelationId,
    [property: JsonPropertyName("traceparent")] string? TraceParent,
    [property: JsonPropertyName("data")] JsonElement Data)
{
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Several in one document (JSON batch mode).</summary>
    public const string BatchMediaType = "application/cloudevents-batch+json";

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
    };

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    [JsonPropertyName("sequencetype")]
    public string SequenceType { get; init; } = "Integer";

    [JsonIgnore]
    public string Tenant => SourcePart(1);

    [JsonIgnore]
    public string Service => SourcePart(2);

    [JsonIgnore]
    public long Version => long.Parse(Sequence, CultureInfo.InvariantCulture);

    [JsonIgnore]
    public long PreviousVersion => long.Parse(Previous, CultureInfo.InvariantCulture);

    public static string SourceOf(string tenant, string service) => $"/{tenant}/{service}";

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="UnreadableMessageException">It is not JSON, or not an event of ours.</exception>
    public static CloudEvent Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var parsed = JsonSerializer.Deserialize<CloudEvent>(json, Json) ?? throw new JsonException("The message is null.");
            if (parsed.SpecVersion != "1.0") throw new JsonException($"The message has specversion '{parsed.SpecVersion}'.");
            _ = (parsed.Tenant, parsed.Service, parsed.Version, parsed.PreviousVersion);
            return parsed;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException or ArgumentNullException)
        {
            throw new UnreadableMessageException(e.Message, e);
        }
    }

    private string SourcePart(int index)
    {
        string[] parts = Source?.Split('/') ?? [];
        return parts.Length == 3 ? parts[index] : throw new FormatException($"'{Source}' is not /tenant/service.");
    }
}

/// <summary>What arrived is not a public event. It will not become one by trying again.</summary>
public sealed class UnreadableMessageException(string message, Exception? inner = null) : Exception(message, inner);
