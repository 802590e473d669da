using Npgsql;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;

namespace Pathways.Benchmarks.EventStore;

/// <summary>A small projection, written as projections should be: one statement per batch.</summary>
internal sealed class CountingProjection : IProjection
{
    public string Name => "counted";

    public int Version => 1;

    public string Schema => """
        create table if not exists read.counted_v1 (tenant_id text primary key, events bigint not null, bytes bigint not null);
        select events.protect('read.counted_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tenants = batch.GroupBy(item => item.Event.Tenant)
            .Select(tenant => (tenant.Key, Events: (long)tenant.Count(), Bytes: tenant.Sum(item => (long)((Measured)item.Event.Data).Text.Length))).ToArray();
        await using var command = new NpgsqlCommand("""
            insert into read.counted_v1 as c (tenant_id, events, bytes) select * from unnest($1, $2, $3)
            on conflict (tenant_id) do update set events = c.events + excluded.events, bytes = c.bytes + excluded.bytes
            """, connection)
        {
            Parameters =
            {
                new() { Value = tenants.Select(tenant => tenant.Key).ToArray() },
                new() { Value = tenants.Select(tenant => tenant.Events).ToArray() },
                new() { Value = tenants.Select(tenant => tenant.Bytes).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
