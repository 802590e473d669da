using Npgsql;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Projections;

/// <summary>Credentials by learner and achievement, with their status; also what tells which of them are to expire.</summary>
public sealed class CredentialList : IProjection
{
    public string Name => "credential_list";

    public int Version => 1;

    public string Schema =>
        """
        create table if not exists read.credential_list_v1 (
          tenant_id           varchar     not null,
          credential_id       uuid        not null,
          credential_iri      varchar     not null,
          learner_id          varchar     not null,
          achievement_id      varchar     not null,
          achievement_version int         not null,
          achievement_name    varchar     not null,
          status              varchar     not null,
          valid_from          timestamptz not null,
          valid_until         timestamptz null,
          primary key (tenant_id, credential_id)
        );
        create index if not exists credential_list_v1_learner on read.credential_list_v1 (tenant_id, learner_id, credential_id);
        create index if not exists credential_list_v1_due on read.credential_list_v1 (valid_until) where status in ('valid', 'suspended');
        select events.protect('read.credential_list_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var changes = new NpgsqlBatch(connection);
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            var change = recorded.Data switch
            {
                CredentialIssued e => Insert(recorded.Tenant, e),
                CredentialRevoked => SetStatus(recorded, "revoked"),
                CredentialSuspended => SetStatus(recorded, "suspended"),
                CredentialReinstated => SetStatus(recorded, "valid"),
                CredentialExpired => SetStatus(recorded, "expired"),
                _ => null,
            };
            if (change is not null) changes.BatchCommands.Add(change);
        }

        if (changes.BatchCommands.Count > 0) await changes.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Insert(string tenant, CredentialIssued issued) => new(
        """
        insert into read.credential_list_v1 (tenant_id, credential_id, credential_iri, learner_id, achievement_id, achievement_version,
          achievement_name, status, valid_from, valid_until)
        values ($1, $2, $3, $4, $5, $6, $7, 'valid', $8, $9)
        """)
    {
        Parameters =
        {
            new() { Value = tenant }, new() { Value = issued.CredentialId }, new() { Value = issued.CredentialIri },
            new() { Value = issued.LearnerId }, new() { Value = issued.AchievementId }, new() { Value = issued.AchievementVersion },
            new() { Value = issued.AchievementName }, new() { Value = issued.ValidFrom },
            new NpgsqlParameter<DateTimeOffset?> { TypedValue = issued.ValidUntil },
        },
    };

    private static NpgsqlBatchCommand SetStatus(RecordedEvent recorded, string status)
        => new("update read.credential_list_v1 set status = $3 where tenant_id = $1 and credential_id = $2")
        {
            Parameters =
            {
                new() { Value = recorded.Tenant }, new() { Value = Guid.Parse(recorded.Stream["credential-".Length..]) }, new() { Value = status },
            },
        };
}
