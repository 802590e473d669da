using Npgsql;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Projections;

/// <summary>The achievements of an institution.</summary>
public sealed class AchievementList : IProjection
{
    public string Name => "achievement_list";

    public int Version => 1;

    public string Schema =>
        """
        create table if not exists read.achievement_list_v1 (
          tenant_id        varchar     not null,
          achievement_id   varchar     not null,
          name             varchar     not null,
          achievement_type varchar     not null,
          version          int         not null,
          has_draft        boolean     not null,
          changed_at       timestamptz not null,
          primary key (tenant_id, achievement_id)
        );
        select events.protect('read.achievement_list_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var changes = new NpgsqlBatch(connection);
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            var (definition, version) = recorded.Data switch
            {
                AchievementDefined e => (e.Definition, (int?)null),
                AchievementPublished e => (e.Definition, e.Version),
                _ => (null, null),
            };
            if (definition is null) continue;
            changes.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                insert into read.achievement_list_v1 as a (tenant_id, achievement_id, name, achievement_type, version, has_draft, changed_at)
                values ($1, $2, $3, $4, coalesce($5, 0), $5 is null, $6)
                on conflict (tenant_id, achievement_id) do update set
                  name = excluded.name, achievement_type = excluded.achievement_type, version = coalesce($5, a.version),
                  has_draft = excluded.has_draft, changed_at = excluded.changed_at
                """)
            {
                Parameters =
                {
                    new() { Value = recorded.Tenant }, new() { Value = recorded.Stream["achievement-".Length..] },
                    new() { Value = definition.Name }, new() { Value = definition.AchievementType },
                    new NpgsqlParameter<int?> { TypedValue = version }, new() { Value = recorded.RecordedAt },
                },
            });
        }

        if (changes.BatchCommands.Count > 0) await changes.ExecuteNonQueryAsync(cancellation);
    }
}
