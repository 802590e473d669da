using Npgsql;
using Pathways.EventStore;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults.Controls;

/// <summary>
/// A transaction draws its number first and commits last, while others commit. The mutant follows the raw sequence
/// (<c>seq_id &gt; checkpoint</c>) instead of the sealed log.
/// </summary>
internal static class RawSequence
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Violation>> RunAsync(PostgresServer server, bool mutated, CancellationToken cancellation)
    {
        await using var store = await SmallStore.CreateAsync(server, cancellation);
        await store.StartAsync(cancellation);
        var reader = new Reader(store, mutated ? RawAsync : SealedAsync);

        await using var late = await store.OpenAsync(cancellation);
        await using var open = await late.BeginTransactionAsync(cancellation);
        await InsertAsync(late, cancellation);
        for (int i = 0; i < 5; i++) await store.CountAsync($"early-{i}", i, cancellation);
        await store.SealedAsync(5, cancellation);
        await Eventually.TrueAsync(() => reader.ReadOnAsync(atLeast: 5, cancellation), Patience, "the early ones are seen", cancellation);
        await open.CommitAsync(cancellation);
        await store.SealedAsync(6, cancellation);
        // One more that the reader must come to, so that it has passed whatever was before.
        await store.CountAsync("last", 0, cancellation);
        await store.SealedAsync(7, cancellation);
        await Eventually.TrueAsync(() => reader.ReadOnAsync(atLeast: 6, cancellation), Patience, "the last one is seen", cancellation);
        await reader.ReadOnAsync(atLeast: 7, cancellation);

        var stored = await store.StoredAsync(cancellation);
        // Between streams there is no order to keep.
        return Effects.Violations([.. reader.Seen.Distinct(), .. stored.Except(reader.Seen)], reader.Seen);
    }

    private static async Task<IReadOnlyList<(long, Guid)>> SealedAsync(SmallStore store, long after, CancellationToken cancellation)
        => [.. (await store.Get<ISealedLog>().ReadAsync(after, 100, cancellation)).Select(item => (item.Position, item.Event.Id))];

    private static async Task<IReadOnlyList<(long, Guid)>> RawAsync(SmallStore store, long after, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select seq_id, id from events.mt_events where seq_id > $1 order by seq_id limit 100", connection)
        {
            Parameters = { new() { Value = after } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var read = new List<(long, Guid)>();
        while (await row.ReadAsync(cancellation)) read.Add((row.GetInt64(0), row.GetGuid(1)));
        return read;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($$"""
            insert into events.mt_streams (tenant_id, id, version) values ('{{SmallStore.Tenant}}', 'late', 1);
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id)
            values (nextval('events.mt_events_sequence'), gen_random_uuid(), 'late', 1, '{"Number": 1}', 'counted', '{{SmallStore.Tenant}}');
            """, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed class Reader(SmallStore store, Func<SmallStore, long, CancellationToken, Task<IReadOnlyList<(long Position, Guid Id)>>> read)
    {
        private long _checkpoint;

        public List<Guid> Seen { get; } = [];

        public async Task<bool> ReadOnAsync(int atLeast, CancellationToken cancellation)
        {
            foreach (var (position, id) in await read(store, _checkpoint, cancellation))
            {
                Seen.Add(id);
                _checkpoint = position;
            }

            return Seen.Count >= atLeast;
        }
    }
}
