using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Awarding;

/// <summary>Which credentials rest on which record. Written by the transaction that awards, so a withdrawal finds them all.</summary>
public sealed class AwardEvidence(TenantReader database)
{
    public const string Schema =
        """
        create table if not exists read.award_evidence (
          tenant_id     varchar not null,
          record_id     varchar not null,
          credential_id uuid    not null,
          primary key (tenant_id, record_id, credential_id)
        );
        select events.protect('read.award_evidence');
        """;

    public static void Add(UnitOfWork work, AchievementAwarded award)
    {
        if (award.Basis.RecordId is not { } record) return;
        work.Write(new GuardedWrite(
            "insert into read.award_evidence (tenant_id, record_id, credential_id) values ($1, $2, $3)",
            [new() { Value = work.Context.Tenant }, new() { Value = record }, new() { Value = award.CredentialId }]));
    }

    public Task<IReadOnlyList<Guid>> CredentialsOnAsync(string tenant, string recordId, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            "select credential_id from read.award_evidence where tenant_id = $1 and record_id = $2",
            [new() { Value = tenant }, new() { Value = recordId }],
            row => row.GetGuid(0),
            cancellation);
}
