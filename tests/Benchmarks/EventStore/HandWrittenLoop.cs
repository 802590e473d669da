using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>
/// What somebody would write by hand for the same event and stream rows: one connection per caller, one round trip and one commit
/// per append. Without row-level security, without a trigger, without sealing.
/// </summary>
internal sealed class HandWrittenLoop : IAppends
{
    public const int MostCallers = 32;

    private static readonly string Data = JsonSerializer.Serialize(Measured.Sample);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection[] _connections;
    private readonly bool _marking;

    private HandWrittenLoop(string metric, string name, NpgsqlDataSource source, NpgsqlConnection[] connections, bool marking)
        => (Metric, Name, _source, _connections, _marking) = (metric, name, source, connections, marking);

    public string Metric { get; }

    public string Name { get; }

    /// <param name="prepared">Its statements are prepared once per connection, not parsed and planned for each append.</param>
    /// <param name="marking">Writes the row too that tells the sealer of each event; a store without a sealed log has none.</param>
    public static async Task<HandWrittenLoop> OpenAsync(
        string metric, string name, string connectionString, bool prepared, bool marking, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create($"{connectionString};Maximum Pool Size=100{(prepared ? ";Max Auto Prepare=20;Auto Prepare Min Usages=2" : "")}");
        var connections = await Task.WhenAll(Enumerable.Range(0, MostCallers).Select(_ => source.OpenConnectionAsync(cancellation).AsTask()));
        return new HandWrittenLoop(metric, name, source, connections, marking);
    }

    /// <summary>Takes from a store what a loop by hand would not have.</summary>
    public static async Task StripAsync(BenchStore store, CancellationToken cancellation)
    {
        await using var command = store.Superuser.CreateCommand("""
            drop trigger mark_pending on events.mt_events;
            alter table events.mt_events disable row level security;
            alter table events.mt_streams disable row level security;
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task AppendAsync(int caller, string stream, long expected, int count, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(_connections[caller]);
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
            if (_marking) batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into events.pending (seq_id) values (currval('events.mt_events_sequence'))"));
        }
        if (await batch.ExecuteNonQueryAsync(cancellation) != (_marking ? 2 * count : count) + 1) throw new InvalidOperationException("conflict");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
