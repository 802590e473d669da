using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pathways.EventStore.Reading;

/// <summary>What Marten has no column for, in its <c>headers</c>.</summary>
public sealed record EventHeaders(
    [property: JsonPropertyName("cause_source")] string? CauseSource,
    [property: JsonPropertyName("valid_time")] string? ValidTime,
    [property: JsonPropertyName("traceparent")] string? TraceParent)
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string? Write(EventContext context, DateTimeOffset? validTime)
        => context.Cause is null && validTime is null && context.TraceParent is null ? null : JsonSerializer.Serialize(
            new EventHeaders(context.Cause?.Source, validTime?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), context.TraceParent), Options);

    /// <summary>The same by name, for whoever writes headers one by one.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(EventContext context, DateTimeOffset? validTime)
        => Write(context, validTime) is { } json ? JsonSerializer.Deserialize<Dictionary<string, string>>(json)! : [];

    /// <summary>Marten stores a JSON <c>null</c> where there are none.</summary>
    public static EventHeaders Read(string? json)
        => (json is null ? null : JsonSerializer.Deserialize<EventHeaders>(json, Options)) ?? new EventHeaders(null, null, null);

    public DateTimeOffset? ValidAt => ValidTime is null ? null : DateTimeOffset.Parse(ValidTime, CultureInfo.InvariantCulture);
}
