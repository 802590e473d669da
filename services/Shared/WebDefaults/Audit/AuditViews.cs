using System.Text.Json;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Reading;

namespace Pathways.WebDefaults;

/// <summary>An event as an auditor sees it. Position and hashes are absent until it is sealed, which takes milliseconds.</summary>
/// <param name="Leaf">Hex: the hash of the event alone.</param>
/// <param name="Hash">Hex: SHA-256 over <paramref name="PreviousHash"/> and <paramref name="Leaf"/>.</param>
/// <param name="Data">As it is stored; personal data are ciphertext.</param>
public sealed record AuditEventView(
    Guid Id, string Tenant, string Type, string Stream, long Version, long? Position, string? Leaf, string? Hash, string? PreviousHash,
    DateTimeOffset RecordedAt, DateTimeOffset ValidTime, string Actor, string CorrelationId, AuditCause? Cause, string? TraceParent, JsonElement Data)
{
    internal static AuditEventView Of(AuditedEvent audited)
    {
        var (stored, place) = audited;
        var headers = EventHeaders.Read(stored.Headers);
        return new(
            stored.Id, stored.Tenant, stored.Type, stored.Stream, stored.Version,
            place?.Position, Hex(place?.Leaf), Hex(place?.Hash), Hex(place?.Previous),
            stored.Timestamp, headers.ValidAt ?? stored.Timestamp, stored.Actor ?? "", stored.CorrelationId ?? "",
            headers.CauseSource is { } source && Guid.TryParse(stored.CausationId, out var cause) ? new AuditCause(source, cause) : null,
            headers.TraceParent,
            JsonElement.Parse(stored.Data));
    }

    /// <summary>Whom the event is about, at whatever depth its data say so.</summary>
    internal IEnumerable<string> Learners() => Type == LearnerRecordDisclosed.EventType ? [] : LearnersIn(Data);

    private static IEnumerable<string> LearnersIn(JsonElement data) => data.ValueKind switch
    {
        JsonValueKind.Object => data.EnumerateObject().SelectMany(member =>
            member is { Name: "LearnerId", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : LearnersIn(member.Value)),
        JsonValueKind.Array => data.EnumerateArray().SelectMany(LearnersIn),
        _ => [],
    };

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexStringLower(bytes);
}

public sealed record AuditCause(string Source, Guid EventId);

public sealed record LogHeadView(long Position, string Hash);

/// <summary>An entry of the sealed log with all that its leaf hash runs over; <paramref name="Event"/> is absent when somebody has removed it.</summary>
/// <param name="EventId">As the log's own row says; it must be the event's, as the tenant.</param>
public sealed record LogEntryView(long Position, string Leaf, string Hash, Guid? EventId, string? Tenant, StoredEventView? Event)
{
    internal static LogEntryView Of(LogEntry entry) => new(
        entry.Position,
        Convert.ToHexStringLower(entry.Leaf),
        Convert.ToHexStringLower(entry.Hash),
        entry.EventId,
        entry.Tenant,
        entry.Event is { } e
            ? new StoredEventView(
                e.Sequence, e.Id, e.Tenant, e.Stream, e.Version, e.Type, e.DotNetType, e.Data, e.BinaryData, e.Timestamp, e.Actor, e.CorrelationId,
                e.CausationId, e.Headers)
            : null);
}

/// <summary>An event to the byte: data and headers are text in JSON strings, since parsing them would lose what the hash runs over.</summary>
public sealed record StoredEventView(
    long Sequence, Guid Id, string Tenant, string Stream, long Version, string Type, string? DotNetType, string Data, byte[]? BinaryData,
    DateTimeOffset Timestamp, string? Actor, string? CorrelationId, string? CausationId, string? Headers);
