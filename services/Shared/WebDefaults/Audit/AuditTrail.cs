using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Reading;

namespace Pathways.WebDefaults;

/// <summary>Reads events as they are stored, with their place in the sealed log and its hashes.</summary>
internal sealed class AuditTrail(TenantReader reader, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource allTenants)
{
    private const string Query =
        $"select l.position, l.leaf, l.hash, {StoredEvent.Columns} from events.mt_events e left join events.log l on l.seq_id = e.seq_id where ";

    /// <param name="tenant">Null for every tenant: an operator may know an id and not whose it is.</param>
    public Task<IReadOnlyList<AuditEvent>> StreamAsync(string? tenant, string stream, long afterVersion, int limit, CancellationToken cancellation)
        => FindAsync(tenant, "e.stream_id = $1 and e.version > $2 order by e.version limit $3", [stream, afterVersion, limit], cancellation);

    public async Task<AuditEvent?> EventAsync(string? tenant, Guid id, CancellationToken cancellation)
        => (await FindAsync(tenant, "e.id = $1", [id], cancellation)).SingleOrDefault();

    private async Task<IReadOnlyList<AuditEvent>> FindAsync(string? tenant, string condition, object[] values, CancellationToken cancellation)
    {
        if (tenant is not null)
        {
            var own = await reader.QueryAsync(tenant, Query + condition, [.. values.Select(value => new NpgsqlParameter { Value = value })], Sealed.Read, cancellation);
            return await WithPreviousAsync(own, cancellation);
        }

        await using var command = allTenants.CreateCommand(Query + condition);
        foreach (object value in values) command.Parameters.Add(new() { Value = value });
        var found = new List<Sealed>();
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation)) found.Add(Sealed.Read(row));
        }

        return await WithPreviousAsync(found, cancellation);
    }

    /// <summary>The sealed log of all tenants, with everything that its hashes run over.</summary>
    public async Task<IReadOnlyList<LogEntry>> LogAsync(long afterPosition, int limit, CancellationToken cancellation)
    {
        await using var command = allTenants.CreateCommand(
            $"select l.position, l.leaf, l.hash, {StoredEvent.Columns} from events.log l join events.mt_events e on e.seq_id = l.seq_id " +
            "where l.position > $1 order by l.position limit $2");
        command.Parameters.Add(new() { Value = afterPosition });
        command.Parameters.Add(new() { Value = limit });
        var entries = new List<LogEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) entries.Add(LogEntry.Of(Sealed.Read(row)));
        return entries;
    }

    public async Task<LogHead> HeadAsync(CancellationToken cancellation)
    {
        await using var command = allTenants.CreateCommand("select position, hash from events.log_head");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new LogHead(row.GetInt64(0), Convert.ToHexStringLower(await row.GetFieldValueAsync<byte[]>(1, cancellation)));
    }

    /// <summary>The entry before may be another tenant's; its hash is shown, nothing else of it.</summary>
    private async Task<IReadOnlyList<AuditEvent>> WithPreviousAsync(IReadOnlyList<Sealed> events, CancellationToken cancellation)
    {
        var hashes = new Dictionary<long, byte[]>();
        await using var command = allTenants.CreateCommand("select position, hash from events.log where position = any($1)");
        command.Parameters.Add(new() { Value = events.Where(e => e.Position > 1).Select(e => e.Position!.Value - 1).ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) hashes[row.GetInt64(0)] = await row.GetFieldValueAsync<byte[]>(1, cancellation);
        return [.. events.Select(e => AuditEvent.Of(e, hashes))];
    }
}

/// <summary>A stored event; without position and hashes when it is not sealed yet, which takes milliseconds.</summary>
internal sealed record Sealed(long? Position, byte[]? Leaf, byte[]? Hash, StoredEvent Event)
{
    public static Sealed Read(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? null : row.GetInt64(0),
        row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1),
        row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2),
        StoredEvent.Read(row, 3));
}

/// <summary>An event as an auditor sees it.</summary>
/// <param name="Hash">Hex: SHA-256 over the previous hash and this event's leaf hash.</param>
/// <param name="Data">As it is stored; personal data are ciphertext.</param>
public sealed record AuditEvent(
    Guid Id, string Tenant, string Type, string Stream, long Version, long? Position, string? Leaf, string? Hash, string? PreviousHash,
    DateTimeOffset RecordedAt, DateTimeOffset ValidTime, string Actor, string CorrelationId, AuditCause? Cause, string? TraceParent, JsonElement Data)
{
    internal static AuditEvent Of(Sealed entry, IReadOnlyDictionary<long, byte[]> hashes)
    {
        var stored = entry.Event;
        var headers = stored.Headers is null ? null : JsonSerializer.Deserialize<StoredHeaders>(stored.Headers, StoredHeaders.Json);
        byte[] before = entry.Position is { } position && hashes.TryGetValue(position - 1, out byte[]? known) ? known : EventStore.Integrity.LeafHash.Genesis;
        return new(
            stored.Id, stored.Tenant, stored.Type, stored.Stream, stored.Version, entry.Position, Hex(entry.Leaf), Hex(entry.Hash),
            entry.Position is null ? null : Hex(before),
            stored.Timestamp, headers?.ValidTime ?? stored.Timestamp, stored.Actor ?? "", stored.CorrelationId ?? "",
            headers?.CauseSource is { } source && Guid.TryParse(stored.CausationId, out var cause) ? new AuditCause(source, cause) : null,
            headers?.Traceparent,
            JsonElement.Parse(stored.Data));
    }

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexStringLower(bytes);
}

public sealed record AuditCause(string Source, Guid EventId);

internal sealed record StoredHeaders(string? CauseSource = null, DateTimeOffset? ValidTime = null, string? Traceparent = null)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}

/// <summary>An entry of the sealed log with what its leaf hash is computed from (data and headers as text, to the byte).</summary>
public sealed record LogEntry(
    long Position, string Leaf, string Hash, Guid Id, string Tenant, string Stream, long Version, string Type, string? DotNetType,
    string Data, byte[]? BinaryData, DateTimeOffset RecordedAt, string? Actor, string? CorrelationId, string? CausationId, string? Headers)
{
    internal static LogEntry Of(Sealed entry)
    {
        var e = entry.Event;
        return new(
            entry.Position!.Value, Convert.ToHexStringLower(entry.Leaf!), Convert.ToHexStringLower(entry.Hash!), e.Id, e.Tenant, e.Stream, e.Version,
            e.Type, e.DotNetType, e.Data, e.BinaryData, e.Timestamp, e.Actor, e.CorrelationId, e.CausationId, e.Headers);
    }
}

public sealed record LogHead(long Position, string Hash);
