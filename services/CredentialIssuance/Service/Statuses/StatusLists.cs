using Npgsql;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>
/// Which bits are set in which list. What is published of it is signed by <see cref="PublishedStatusLists"/>. The places are taken from
/// the events: the table of <see cref="StatusEntries"/> already knows places whose events are still to come.
/// </summary>
public sealed class StatusLists : IProjection
{
    public string Name => "status_list";

    public int Version => 2;

    public string Schema =>
        """
        create table if not exists read.status_list_v2 (
          tenant_id varchar not null,
          purpose   varchar not null,
          list_no   int     not null,
          encoded   text    not null,
          changes   bigint  not null,
          primary key (tenant_id, purpose, list_no)
        );
        select events.protect('read.status_list_v2');
        create table if not exists read.status_list_v2_entry (
          tenant_id     varchar not null,
          credential_id uuid    not null,
          purpose       varchar not null,
          list_no       int     not null,
          index         int     not null,
          primary key (tenant_id, credential_id, purpose, list_no, index)
        );
        select events.protect('read.status_list_v2_entry');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var lists = new OpenStatusLists(connection);
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            switch (recorded.Data)
            {
                case CredentialIssued { Status: { } status } issued:
                    lists.Assign(recorded.Tenant, issued.CredentialId, status);
                    break;
                case CredentialRevoked:
                    await SetAsync(lists, recorded, purpose: null, value: true, cancellation);
                    break;
                case CredentialSuspended:
                    await SetAsync(lists, recorded, StatusPurposes.Suspension, value: true, cancellation);
                    break;
                case CredentialReinstated:
                    await SetAsync(lists, recorded, StatusPurposes.Suspension, value: false, cancellation);
                    break;
                case LearnerRecordIssued record:
                    await FollowAsync(lists, recorded.Tenant, record, cancellation);
                    break;
            }
        }

        await lists.StoreAsync(cancellation);
    }

    /// <param name="purpose">The one that the event is about; null for every one: what is revoked is not to be relied on in any sense.</param>
    private static async Task SetAsync(OpenStatusLists lists, RecordedEvent recorded, string? purpose, bool value, CancellationToken cancellation)
    {
        var credentialId = Guid.Parse(recorded.Stream["credential-".Length..]);
        foreach (var entry in await lists.EntriesAsync(recorded.Tenant, credentialId, cancellation))
        {
            if (purpose is null || entry.Purpose == purpose) await lists.SetAsync(recorded.Tenant, entry, value, cancellation);
        }
    }

    /// <summary>A record that was being signed while its credential fell begins as fallen.</summary>
    private static async Task FollowAsync(OpenStatusLists lists, string tenant, LearnerRecordIssued record, CancellationToken cancellation)
    {
        foreach (var entry in await lists.EntriesAsync(tenant, record.CredentialId, cancellation))
        {
            if (entry.Purpose == record.Status.Purpose && await lists.IsSetAsync(tenant, entry, cancellation))
                await lists.SetAsync(tenant, record.Status, value: true, cancellation);
        }

        lists.Assign(tenant, record.CredentialId, record.Status);
    }
}
