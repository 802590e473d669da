using Npgsql;
using NpgsqlTypes;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Awarding;

/// <summary>
/// Which achievements a result or a completed stack may award. Written by the transaction that publishes the achievement:
/// a reaction that missed a rule would miss an award for good.
/// </summary>
public sealed class AwardRules(TenantReader database, Addresses addresses)
{
    public const string Schema =
        """
        create table if not exists read.award_rule (
          tenant_id      varchar not null,
          kind           varchar not null,
          key            varchar not null,
          achievement_id varchar not null,
          primary key (tenant_id, kind, key, achievement_id)
        );
        select events.protect('read.award_rule');
        """;

    private const string Activity = "activity";
    private const string Stack = "stack";

    public IEnumerable<GuardedWrite> Publish(string tenant, string achievementId, AchievementDefinition definition)
    {
        yield return new GuardedWrite("delete from read.award_rule where tenant_id = $1 and achievement_id = $2",
            [new() { Value = tenant }, new() { Value = achievementId }]);
        if (definition.Rule is not { } rule) yield break;
        (string kind, string[] keys) = rule.Stack ? (Stack, NamesOf(tenant, achievementId, definition)) : (Activity, [rule.ActivityId!]);
        yield return new GuardedWrite(
            "insert into read.award_rule (tenant_id, kind, key, achievement_id) select $1, $2, key, $4 from unnest($3) as key",
            [
                new() { Value = tenant }, new() { Value = kind },
                new() { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }, new() { Value = achievementId },
            ]);
    }

    public Task<IReadOnlyList<string>> ForActivityAsync(string tenant, string activityId, CancellationToken cancellation)
        => FindAsync(tenant, Activity, activityId, cancellation);

    /// <summary>Achievements that a stack may award, by id, IRI or any identifier.</summary>
    public Task<IReadOnlyList<string>> ForStackAsync(string tenant, string name, CancellationToken cancellation)
        => FindAsync(tenant, Stack, name, cancellation);

    private Task<IReadOnlyList<string>> FindAsync(string tenant, string kind, string key, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            "select achievement_id from read.award_rule where tenant_id = $1 and kind = $2 and key = $3 order by achievement_id",
            [new() { Value = tenant }, new() { Value = kind }, new() { Value = key }],
            row => row.GetString(0),
            cancellation);

    private string[] NamesOf(string tenant, string achievementId, AchievementDefinition definition)
        => [.. new[] { achievementId, addresses.Achievement(tenant, achievementId) }
            .Concat(definition.Identifiers ?? []).Distinct(StringComparer.Ordinal)];
}
