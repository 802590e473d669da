using Npgsql;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>Which bits are set in which list. What is published of it is signed by <see cref="PublishedStatusLists"/>.</summary>
public sealed class StatusLists : IProjection
{
    public string Name => "status_list";

    public int Version => 1;

    public string Schema =>
        """
        create table if not exists read.status_list_v1 (
          tenant_id varchar not null,
          purpose   varchar not null,
          list_no   int     not null,
          encoded   text    not null,
          changes   bigint  not null,
          primary key (tenant_id, purpose, list_no)
        );
        select events.protect('read.status_list_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var lists = new OpenLists(connection);
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            switch (recorded.Data)
            {
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
    private static async Task SetAsync(OpenLists lists, RecordedEvent recorded, string? purpose, bool value, CancellationToken cancellation)
    {
        var credentialId = Guid.Parse(recorded.Stream["credential-".Length..]);
        foreach (var entry in await lists.EntriesAsync(recorded.Tenant, credentialId, cancellation))
        {
            if (purpose is null || entry.Purpose == purpose) await lists.SetAsync(recorded.Tenant, entry, value, cancellation);
        }
    }

    /// <summary>A record that was being signed while its credential fell begins as fallen.</summary>
    private static async Task FollowAsync(OpenLists lists, string tenant, LearnerRecordIssued record, CancellationToken cancellation)
    {
        foreach (var entry in await lists.EntriesAsync(tenant, record.CredentialId, cancellation))
        {
            if (entry != record.Status && entry.Purpose == record.Status.Purpose && await lists.IsSetAsync(tenant, entry, cancellation))
                await lists.SetAsync(tenant, record.Status, value: true, cancellation);
        }
    }

    /// <summary>The lists that a batch touches, each read and written once.</summary>
    private sealed class OpenLists(NpgsqlConnection connection)
    {
        private readonly Dictionary<(string Tenant, string Purpose, int List), StatusList> _lists = [];
        private readonly Dictionary<(string Tenant, string Purpose, int List), long> _changes = [];

        public async Task<IReadOnlyList<StatusEntry>> EntriesAsync(string tenant, Guid credentialId, CancellationToken cancellation)
        {
            await using var command = new NpgsqlCommand(
                "select purpose, list_no, index from read.status_entry where tenant_id = $1 and credential_id = $2", connection)
            {
                Parameters = { new() { Value = tenant }, new() { Value = credentialId } },
            };
            var entries = new List<StatusEntry>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) entries.Add(new StatusEntry(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2)));
            return entries;
        }

        public async Task<bool> IsSetAsync(string tenant, StatusEntry entry, CancellationToken cancellation)
            => (await OpenAsync((tenant, entry.Purpose, entry.List), cancellation))[entry.Index];

        public async Task SetAsync(string tenant, StatusEntry entry, bool value, CancellationToken cancellation)
        {
            var key = (tenant, entry.Purpose, entry.List);
            var list = await OpenAsync(key, cancellation);
            if (list[entry.Index] == value) return;
            list[entry.Index] = value;
            _changes[key] = _changes.GetValueOrDefault(key) + 1;
        }

        public async Task StoreAsync(CancellationToken cancellation)
        {
            foreach (var (key, changes) in _changes)
            {
                await using var command = new NpgsqlCommand(
                    """
                    insert into read.status_list_v1 as l (tenant_id, purpose, list_no, encoded, changes) values ($1, $2, $3, $4, $5)
                    on conflict (tenant_id, purpose, list_no) do update set encoded = excluded.encoded, changes = l.changes + excluded.changes
                    """,
                    connection)
                {
                    Parameters =
                    {
                        new() { Value = key.Tenant }, new() { Value = key.Purpose }, new() { Value = key.List },
                        new() { Value = _lists[key].Encode() }, new() { Value = changes },
                    },
                };
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }

        private async Task<StatusList> OpenAsync((string Tenant, string Purpose, int List) key, CancellationToken cancellation)
        {
            if (_lists.TryGetValue(key, out var open)) return open;
            await using var command = new NpgsqlCommand(
                "select encoded from read.status_list_v1 where tenant_id = $1 and purpose = $2 and list_no = $3", connection)
            {
                Parameters = { new() { Value = key.Tenant }, new() { Value = key.Purpose }, new() { Value = key.List } },
            };
            return _lists[key] = await command.ExecuteScalarAsync(cancellation) is string encoded ? StatusList.Decode(encoded) : StatusList.Create();
        }
    }
}
