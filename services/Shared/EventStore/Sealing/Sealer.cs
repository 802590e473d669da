using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Sealing;

/// <summary>
/// Gives committed events their place in the log. A reader of the raw sequence would skip a transaction that commits
/// late; here a late one is simply sealed later. Positions are gapless, and each stream keeps the order of its versions: version
/// n+1 commits after n, so whoever sees it sees n too (<see cref="StreamOrder"/>).
/// </summary>
internal sealed class Sealer([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, TimeProvider time)
{
    public const int BatchSize = 1000;

    // Only economy: two sealers at once are correct (the head is compared and set), but one of them works in vain.
    private const long Lock = 0x50617468_00000002;

    // The pending events are few and the others are many, whatever the statistics say: a plan of a young store's first
    // seconds, which reads all of its events, would stay and cost more with every event. (log_head is one row without an index:
    // a plan that is forbidden and has no other is taken all the same.)
    private const string ByIndex = "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    public async Task<(long Head, bool Pending)> PeekAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select position, exists (select from events.pending) from events.log_head");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetBoolean(1));
    }

    /// <summary>Seals one batch; null when another sealer was at work.</summary>
    public async Task<SealedBatch?> SealAsync(bool takeTurn, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var work = await ReadAsync(connection, takeTurn, cancellation);
        if (work is null || work.Events.Count == 0) return work is null ? null : new SealedBatch(work.Head, 0);
        // In a batch that is not full is everything that was pending.
        if (work.Events.Count == BatchSize) await StreamOrder.AddEarlierAsync(connection, work.Events, cancellation);
        StreamOrder.Restore(work.Events);
        if (!await WriteAsync(connection, work, cancellation)) return null;
        Failpoint.Hit(Failpoint.Sealing);
        await transaction.CommitAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var stored in work.Events) EventStoreDiagnostics.SealLag.Record((now - stored.Timestamp).TotalSeconds);
        return new SealedBatch(work.Head + work.Events.Count, work.Events.Count);
    }

    private static async Task<Work?> ReadAsync(NpgsqlConnection connection, bool takeTurn, CancellationToken cancellation)
    {
        // The head is read before the events: what another sealer seals in between is then found out by the comparison.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select {(takeTurn ? "pg_try_advisory_xact_lock($1)" : "$1 is not null")}, {ByIndex}") { Parameters = { new() { Value = Lock } } },
                new("select position, hash from events.log_head"),
                new($"""
                    select {StoredEvent.Columns} from (select seq_id from events.pending order by seq_id limit $1) p
                    join events.mt_events e on e.seq_id = p.seq_id order by e.seq_id
                    """) { Parameters = { new() { Value = (long)BatchSize } } },
            },
        };
        await batch.PrepareAsync(cancellation);
        await using var row = await batch.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (!row.GetBoolean(0)) return null;
        await row.NextResultAsync(cancellation);
        await row.ReadAsync(cancellation);
        var work = new Work(row.GetInt64(0), await row.GetFieldValueAsync<byte[]>(1, cancellation), []);
        await row.NextResultAsync(cancellation);
        while (await row.ReadAsync(cancellation)) work.Events.Add(StoredEvent.Read(row));
        return work;
    }

    private static async Task<bool> WriteAsync(NpgsqlConnection connection, Work work, CancellationToken cancellation)
    {
        int count = work.Events.Count;
        long[] positions = new long[count];
        byte[][] leaves = new byte[count][], hashes = new byte[count][];
        byte[] previous = work.Hash;
        for (int i = 0; i < count; i++)
        {
            positions[i] = work.Head + i + 1;
            leaves[i] = LeafHash.Of(work.Events[i]);
            hashes[i] = previous = LeafHash.Chain(previous, leaves[i]);
        }
        long[] sequences = [.. work.Events.Select(stored => stored.Sequence)];
        await using (var head = new NpgsqlCommand("update events.log_head set position = $1, hash = $2 where position = $3", connection)
        {
            Parameters = { new() { Value = positions[^1] }, new() { Value = previous }, new() { Value = work.Head } },
        })
        {
            await head.PrepareAsync(cancellation);
            if (await head.ExecuteNonQueryAsync(cancellation) != 1) return false;
        }
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("""
                    insert into events.log (position, seq_id, event_id, tenant_id, leaf, hash)
                    select * from unnest($1, $2, $3, $4, $5, $6)
                    """)
                {
                    Parameters =
                    {
                        Array(NpgsqlDbType.Bigint, positions),
                        Array(NpgsqlDbType.Bigint, sequences),
                        Array(NpgsqlDbType.Uuid, work.Events.ConvertAll(stored => stored.Id)),
                        Array(NpgsqlDbType.Text, work.Events.ConvertAll(stored => stored.Tenant)),
                        Array(NpgsqlDbType.Bytea, leaves),
                        Array(NpgsqlDbType.Bytea, hashes),
                    },
                },
                new("delete from events.pending where seq_id = any ($1)") { Parameters = { Array(NpgsqlDbType.Bigint, sequences) } },
            },
        };
        await batch.PrepareAsync(cancellation);
        await batch.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    private static NpgsqlParameter Array(NpgsqlDbType type, object values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private sealed record Work(long Head, byte[] Hash, List<StoredEvent> Events);
}

internal sealed record SealedBatch(long Head, int Count);
