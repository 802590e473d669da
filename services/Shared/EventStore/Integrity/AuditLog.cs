using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Integrity;

/// <summary>Events as stored, with their place in the log: what an auditor reads, and what the offline verifier recomputes.</summary>
public sealed class AuditLog([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source)
{
    // The hash before an event may be that of another tenant's event, so this reads as the daemon and names the tenant.
    private const string Audited =
        $"""
        select l.position, l.leaf, l.hash, coalesce(b.hash, decode(repeat('00', 32), 'hex')), {StoredEvent.Columns}
        from events.mt_events e left join events.log l on l.seq_id = e.seq_id left join events.log b on b.position = l.position - 1
        """;

    /// <summary>A stream's events in order; none when it does not exist in this tenant.</summary>
    public Task<IReadOnlyList<AuditedEvent>> StreamAsync(string tenant, string stream, CancellationToken cancellation)
        => QueryAsync($"{Audited} where e.tenant_id = $1 and e.stream_id = $2 order by e.version", [tenant, stream], AuditedEvent.Read, cancellation);

    public async Task<AuditedEvent?> EventAsync(string tenant, Guid id, CancellationToken cancellation)
    {
        var found = await QueryAsync($"{Audited} where e.tenant_id = $1 and e.id = $2", [tenant, id], AuditedEvent.Read, cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Whose stream this is, for somebody who audits all tenants and knows only its name.</summary>
    public Task<IReadOnlyList<string>> TenantsOfStreamAsync(string stream, CancellationToken cancellation)
        => QueryAsync("select tenant_id from events.mt_streams where id = $1 order by tenant_id", [stream], row => row.GetString(0), cancellation);

    public Task<IReadOnlyList<string>> TenantsOfEventAsync(Guid id, CancellationToken cancellation)
        => QueryAsync("select tenant_id from events.mt_events where id = $1", [id], row => row.GetString(0), cancellation);

    public async Task<LogHead> HeadAsync(CancellationToken cancellation)
        => (await QueryAsync("select position, hash from events.log_head", [], LogHead.Read, cancellation))[0];

    /// <summary>Where events are in the log; those that are not in it are left out.</summary>
    public Task<IReadOnlyList<EventPosition>> PositionsAsync(IReadOnlyCollection<Guid> events, CancellationToken cancellation)
        => QueryAsync(
            "select event_id, position from events.log where event_id = any($1)", [events.ToArray()],
            row => new EventPosition(row.GetGuid(0), row.GetInt64(1)), cancellation);

    /// <summary>The log of all tenants as it is, whatever is wrong with it.</summary>
    public Task<IReadOnlyList<LogEntry>> PageAsync(long afterPosition, int limit, CancellationToken cancellation)
        => QueryAsync(
            $"""
            select l.position, l.leaf, l.hash, l.event_id, l.tenant_id, {StoredEvent.Columns} from events.log l left join events.mt_events e on e.seq_id = l.seq_id
            where l.position > $1 order by l.position limit $2
            """,
            [afterPosition, (long)limit],
            LogEntry.Read,
            cancellation);

    public async IAsyncEnumerable<LogEntry> ExportAsync(long afterPosition, [EnumeratorCancellation] CancellationToken cancellation)
    {
        const int page = 1000;
        while (true)
        {
            var entries = await PageAsync(afterPosition, page, cancellation);
            foreach (var entry in entries) yield return entry;
            if (entries.Count < page) yield break;
            afterPosition = entries[^1].Position;
        }
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        foreach (object parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await row.ReadAsync(cancellation)) rows.Add(map(row));
        return rows;
    }
}

/// <param name="Position">In the log.</param>
public sealed record EventPosition(Guid Id, long Position);

/// <param name="Place">Null until the event is sealed.</param>
public sealed record AuditedEvent(StoredEvent Event, LogPlace? Place)
{
    internal static AuditedEvent Read(NpgsqlDataReader row) => new(
        StoredEvent.Read(row, 4),
        row.IsDBNull(0) ? null : new LogPlace(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3)));
}

/// <param name="Leaf">Hash of the event alone.</param>
/// <param name="Hash">The chain up to and including it.</param>
/// <param name="Previous">The chain before it.</param>
public sealed record LogPlace(long Position, byte[] Leaf, byte[] Hash, byte[] Previous);

public sealed record LogHead(long Position, byte[] Hash)
{
    internal static LogHead Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
}

/// <param name="EventId">Which event the log's own row names, and positions are found by; null in files of before it was exported.</param>
/// <param name="Tenant">Whose the row is, and row-level security goes by; null in files of before it was exported.</param>
/// <param name="Event">Null when somebody has removed it.</param>
public sealed record LogEntry(long Position, byte[] Leaf, byte[] Hash, Guid? EventId, string? Tenant, StoredEvent? Event)
{
    internal static LogEntry Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2), row.GetGuid(3), row.GetString(4),
        row.IsDBNull(5) ? null : StoredEvent.Read(row, 5));
}
