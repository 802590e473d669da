using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Awarding;

/// <summary>Which awards a record was looked at for. Written by the transaction that decides, so a withdrawal finds them all.</summary>
public sealed class AwardEvidence(TenantReader database)
{
    public const string Schema =
        """
        create table if not exists read.award_evidence (
          tenant_id      varchar not null,
          record_id      varchar not null,
          achievement_id varchar not null,
          learner_id     varchar not null,
          primary key (tenant_id, record_id, achievement_id, learner_id)
        );
        select events.protect('read.award_evidence');
        """;

    public static GuardedWrite Add(string tenant, string recordId, string achievementId, string learnerId) => new(
        """
        insert into read.award_evidence (tenant_id, record_id, achievement_id, learner_id) values ($1, $2, $3, $4)
        on conflict do nothing
        """,
        [new() { Value = tenant }, new() { Value = recordId }, new() { Value = achievementId }, new() { Value = learnerId }]);

    public Task<IReadOnlyList<(string AchievementId, string LearnerId)>> AwardsOnAsync(string tenant, string recordId, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            "select achievement_id, learner_id from read.award_evidence where tenant_id = $1 and record_id = $2 order by achievement_id, learner_id",
            [new() { Value = tenant }, new() { Value = recordId }],
            row => (row.GetString(0), row.GetString(1)),
            cancellation);
}
