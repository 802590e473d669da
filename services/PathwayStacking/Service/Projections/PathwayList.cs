using Npgsql;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Projections;

/// <summary>The latest version of every pathway.</summary>
internal sealed class PathwayList : IProjection
{
    public string Name => "pathway_list";

    public int Version => 1;

    public string Schema => """
        create table if not exists read.pathway_list_v1 (
          tenant_id    text not null,
          pathway_id   text not null,
          iri          text not null,
          name         text not null,
          version      int  not null,
          version_hash text not null,
          components   int  not null,
          awards       text[] not null,
          retired      boolean not null default false,
          published_at timestamptz not null,
          primary key (tenant_id, pathway_id)
        );
        select events.protect('read.pathway_list_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var commands = new NpgsqlBatch(connection);
        foreach (var (_, _, recorded) in batch)
        {
            if (recorded.Data is PathwayPublished e) commands.BatchCommands.Add(Published(recorded.Tenant, e));
            else if (recorded.Data is PathwayRetired) commands.BatchCommands.Add(Retired(recorded));
        }

        if (commands.BatchCommands.Count > 0) await commands.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Published(string tenant, PathwayPublished e) => new(
        """
        insert into read.pathway_list_v1 (tenant_id, pathway_id, iri, name, version, version_hash, components, awards, published_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, pathway_id) do update set
          name = excluded.name, version = excluded.version, version_hash = excluded.version_hash, components = excluded.components,
          awards = excluded.awards, retired = false, published_at = excluded.published_at
        """)
    {
        Parameters =
        {
            new() { Value = tenant }, new() { Value = e.PathwayId }, new() { Value = e.Pathway.Id }, new() { Value = e.Pathway.Name },
            new() { Value = e.Version }, new() { Value = e.VersionHash }, new() { Value = e.Pathway.Components.Count },
            new() { Value = e.Settings.Awards.Select(award => award.AchievementId).ToArray() }, new() { Value = e.PublishedAt },
        },
    };

    private static NpgsqlBatchCommand Retired(RecordedEvent recorded) => new(
        "update read.pathway_list_v1 set retired = true where tenant_id = $1 and 'pathway-' || pathway_id = $2")
    {
        Parameters = { new() { Value = recorded.Tenant }, new() { Value = recorded.Stream } },
    };
}
