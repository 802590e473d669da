using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Pathways.Benchmarks.EventStore;

/// <summary>
/// What somebody would write by hand for the same rows, well: one connection per caller, prepared, one round trip and
/// one commit per append. Without row-level security, without a trigger, without sealing.
/// </summary>
/// <param name="marking">Writes the row too that tells the sealer of each event; a store without a sealed log has none.</param>
internal sealed class HandWrittenLoop(NpgsqlConnection connection, bool marking)
{
    private static readonly string Data = JsonSerializer.Serialize(Measured.Sample);

    public static async Task StripAsync(BenchStore store, CancellationToken cancellation)
    {
        await using var command = store.Superuser.CreateCommand("""
            drop trigger mark_pending on events.mt_events;
            alter table events.mt_events disable row level security;
            alter table events.mt_streams disable row level security;
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task AppendAsync(string stream, long expected, int count, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(expected == 0
            ? new NpgsqlBatchCommand("insert into events.mt_streams (tenant_id, id, version, timestamp, created) values ($1, $2, $3, now(), now())")
            {
                Parameters = { new() { Value = BenchStore.Tenant }, new() { Value = stream }, new() { Value = (long)count } },
            }
            : new NpgsqlBatchCommand("update events.mt_streams set version = $3, timestamp = now() where tenant_id = $1 and id = $2 and version = $4")
            {
                Parameters = { new() { Value = BenchStore.Tenant }, new() { Value = stream }, new() { Value = expected + count }, new() { Value = expected } },
            });
        for (int i = 1; i <= count; i++)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("""
                insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, user_name, is_archived)
                values (nextval('events.mt_events_sequence'), $1, $2, $3, $4, $5, now(), $6, $7, $8, $9, false)
                """)
            {
                Parameters =
                {
                    new() { Value = Guid.CreateVersion7() }, new() { Value = stream }, new() { Value = expected + i },
                    new() { Value = Data, NpgsqlDbType = NpgsqlDbType.Jsonb }, new() { Value = "measured" }, new() { Value = BenchStore.Tenant },
                    new() { Value = "Pathways.Benchmarks.EventStore.Measured, Pathways.Benchmarks" }, new() { Value = "correlation" }, new() { Value = "bench" },
                },
            });
            if (marking) batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into events.pending (seq_id) values (currval('events.mt_events_sequence'))"));
        }
        if (await batch.ExecuteNonQueryAsync(cancellation) != (marking ? 2 * count : count) + 1) throw new InvalidOperationException("conflict");
    }
}
