using Npgsql;

namespace Pathways.EventStore.Reading;

/// <summary>A row of <c>mt_events</c>, data and headers as PostgreSQL's text of their jsonb: what the hash runs over and what an auditor sees.</summary>
public sealed record StoredEvent(
    long Sequence,
    Guid Id,
    string Tenant,
    string Stream,
    long Version,
    string Type,
    string? DotNetType,
    string Data,
    byte[]? BinaryData,
    DateTimeOffset Timestamp,
    string? Actor,
    string? CorrelationId,
    string? CausationId,
    string? Headers)
{
    public const string Columns =
        "e.seq_id, e.id, e.tenant_id, e.stream_id, e.version, e.type, e.mt_dotnet_type, e.data::text, e.bdata, e.timestamp, " +
        "e.user_name, e.correlation_id, e.causation_id, e.headers::text";

    public static StoredEvent Read(NpgsqlDataReader row, int first = 0) => new(
        row.GetInt64(first),
        row.GetGuid(first + 1),
        row.GetString(first + 2),
        row.GetString(first + 3),
        row.GetInt64(first + 4),
        row.GetString(first + 5),
        Text(row, first + 6),
        row.GetString(first + 7),
        row.IsDBNull(first + 8) ? null : row.GetFieldValue<byte[]>(first + 8),
        row.GetFieldValue<DateTimeOffset>(first + 9),
        Text(row, first + 10),
        Text(row, first + 11),
        Text(row, first + 12),
        Text(row, first + 13));

    /// <exception cref="UnknownEventTypeException">The type is not registered in this build.</exception>
    public RecordedEvent ToRecorded(EventTypes types)
    {
        object data = types.Read(Type, Data);
        var headers = EventHeaders.Read(Headers);
        // A stream appended by others may carry a causation id that is no event of ours.
        var cause = headers.CauseSource is { } source && Guid.TryParse(CausationId, out var causeId) ? new EventCause(source, causeId) : null;
        return new RecordedEvent(Id, Tenant, Stream, Version, types.CurrentAlias(Type), data, Timestamp, headers.ValidAt ?? Timestamp, Actor ?? "",
            CorrelationId ?? "", cause, headers.TraceParent);
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
