using System.Text.Json;
using NpgsqlTypes;
using Pathways.Kernel;

namespace Pathways.EventStore.Reading;

/// <summary>
/// States of long streams, kept to save folding. A cache and nothing more: every row may be deleted at any time, and a
/// state made by other code is not read. For streams of thousands of events; the services have none yet. A state is kept in
/// plain text, where no erasure reaches it: one that holds personal data must not be kept so, not even when its events hold
/// ciphertext.
/// </summary>
public sealed class Snapshots(IEventStore store, TenantReader database)
{
    /// <summary>Events after the snapshot that make a new one worth writing.</summary>
    public const int Distance = 200;

    /// <param name="code">Name and version of the code that folds; to be raised whenever the state or its evolution changes.</param>
    public async Task<Loaded<TState>> LoadAsync<TState>(
        string tenant, string stream, Decider<TState> decider, string code, CancellationToken cancellation)
    {
        var start = await FindAsync(tenant, stream, decider.Initial, code, cancellation);
        var loaded = start;
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, start.Version, cancellation))
            loaded = new Loaded<TState>(decider.Evolve(loaded.State, recorded.Data), recorded.Version);
        if (loaded.Version - start.Version >= Distance) await StoreAsync(tenant, stream, loaded, code, cancellation);
        return loaded;
    }

    private async Task<Loaded<TState>> FindAsync<TState>(string tenant, string stream, TState initial, string code, CancellationToken cancellation)
    {
        var found = await database.QueryAsync(
            tenant,
            "select version, state from events.snapshots where tenant_id = $1 and stream_id = $2 and code = $3",
            [new() { Value = tenant }, new() { Value = stream }, new() { Value = code }],
            row => new Loaded<TState>(JsonSerializer.Deserialize<TState>(row.GetString(1))!, row.GetInt64(0)),
            cancellation);
        return found.Count == 0 ? new Loaded<TState>(initial, 0) : found[0];
    }

    private Task StoreAsync<TState>(string tenant, string stream, Loaded<TState> loaded, string code, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            """
            insert into events.snapshots as s (tenant_id, stream_id, code, version, state) values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, stream_id) do update set code = excluded.code, version = excluded.version, state = excluded.state
            where s.code <> excluded.code or s.version < excluded.version
            """,
            [
                new() { Value = tenant }, new() { Value = stream }, new() { Value = code }, new() { Value = loaded.Version },
                new() { Value = JsonSerializer.Serialize(loaded.State), NpgsqlDbType = NpgsqlDbType.Text },
            ],
            _ => 0,
            cancellation);
}
