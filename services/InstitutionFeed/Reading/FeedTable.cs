using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.InstitutionFeed.Receiving;

namespace Pathways.InstitutionFeed.Reading;

/// <summary>Each tenant's events by position, for reading over HTTP.</summary>
internal sealed class FeedTable : IProjection
{
    public string Name => "feed";

    public int Version => 1;

    public string Schema =>
        """
        create table if not exists read.feed_v1 (
            tenant_id   text not null,
            position    bigint not null,
            cloud_event text not null,
            primary key (tenant_id, position)
        );
        select events.protect('read.feed_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var received = batch.Where(item => item.Event.Data is PublicEventReceived).ToList();
        if (received.Count == 0) return;
        await using var command = new NpgsqlCommand("insert into read.feed_v1 (tenant_id, position, cloud_event) select * from unnest($1, $2, $3)", connection);
        command.Parameters.Add(new() { Value = received.Select(item => item.Event.Tenant).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = received.Select(item => item.Position).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = received.Select(item => ((PublicEventReceived)item.Event.Data).CloudEvent).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
