using System.Security.Cryptography;
using NpgsqlTypes;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>
/// Who has which place in which status list. Written by the transaction that issues: a place that two credentials shared would
/// revoke both.
/// </summary>
public sealed class StatusEntries(TenantReader database)
{
    public const string Schema =
        """
        create table if not exists read.status_entry (
          tenant_id     varchar not null,
          purpose       varchar not null,
          list_no       int     not null,
          index         int     not null,
          credential_id uuid    not null,
          primary key (tenant_id, purpose, list_no, index)
        );
        create index if not exists status_entry_credential on read.status_entry (tenant_id, credential_id);
        select events.protect('read.status_entry');
        """;

    /// <summary>When none of so many places drawn at random is free, the list is well over half full, and the next one is begun.</summary>
    private const int Draws = 8;

    private static readonly Rejection Taken = Rejection.Conflict(
        "stream-version-conflict", "The place in the status list was taken meanwhile.", "Draw again.");

    /// <summary>A free place, and the write that takes it.</summary>
    /// <param name="credentialId">Whose status it follows.</param>
    public async Task<(StatusEntry Entry, GuardedWrite Take)> DrawAsync(
        string tenant, string purpose, Guid credentialId, CancellationToken cancellation)
    {
        int[] draws = [.. Enumerable.Range(0, Draws).Select(_ => RandomNumberGenerator.GetInt32(StatusList.MinimumEntries))];
        var found = await database.QueryAsync(
            tenant,
            """
            select current.list_no, (
              select draw from unnest($3) as draw
              where not exists (
                select from read.status_entry taken
                where taken.tenant_id = $1 and taken.purpose = $2 and taken.list_no = current.list_no and taken.index = draw)
              limit 1)
            from (select coalesce(max(list_no), 1) as list_no from read.status_entry where tenant_id = $1 and purpose = $2) as current
            """,
            [
                new() { Value = tenant }, new() { Value = purpose },
                new() { Value = draws, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            ],
            row => row.IsDBNull(1)
                ? new StatusEntry(purpose, row.GetInt32(0) + 1, draws[0])
                : new StatusEntry(purpose, row.GetInt32(0), row.GetInt32(1)),
            cancellation);
        return (found[0], Take(tenant, found[0], credentialId));
    }

    /// <summary>Whether any credential has a place in the list: nobody can make us sign lists that say nothing.</summary>
    public async Task<bool> IsInUseAsync(string tenant, string purpose, int list, CancellationToken cancellation)
        => (await database.QueryAsync(
            tenant,
            "select 1 from read.status_entry where tenant_id = $1 and purpose = $2 and list_no = $3 limit 1",
            [new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }],
            _ => true,
            cancellation)).Count > 0;

    private static GuardedWrite Take(string tenant, StatusEntry entry, Guid credentialId) => new(
        """
        insert into read.status_entry (tenant_id, purpose, list_no, index, credential_id) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, purpose, list_no, index) do nothing
        """,
        [
            new() { Value = tenant }, new() { Value = entry.Purpose }, new() { Value = entry.List }, new() { Value = entry.Index },
            new() { Value = credentialId },
        ],
        RowsRequired: 1,
        Conflict: Taken);
}
