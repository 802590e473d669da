using System.Collections.Concurrent;
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
        -- For replicas of the version before, which build status_list_v1 by it.
        create index if not exists status_entry_credential on read.status_entry (tenant_id, credential_id);
        select events.protect('read.status_entry');
        """;

    private static readonly Rejection Taken = Rejection.Conflict(
        "stream-version-conflict", "The place in the status list was taken meanwhile.", "Draw again.");

    private readonly ConcurrentDictionary<(string Tenant, string Purpose), OpenList> _open = new();

    /// <summary>A free place, and the write that takes it.</summary>
    /// <param name="credentialId">Whose status it follows.</param>
    public async Task<(StatusEntry Entry, GuardedWrite Take)> DrawAsync(
        string tenant, string purpose, Guid credentialId, CancellationToken cancellation)
    {
        if (!_open.TryGetValue((tenant, purpose), out var open))
            open = _open.GetOrAdd((tenant, purpose), await ReadAsync(tenant, purpose, cancellation));
        var (list, index) = open.Draw();
        var entry = new StatusEntry(purpose, list, index);
        return (entry, Take(tenant, entry, credentialId));
    }

    /// <summary>Whether any credential has a place in the list: nobody can make us sign lists that say nothing.</summary>
    public async Task<bool> IsInUseAsync(string tenant, string purpose, int list, CancellationToken cancellation)
        => (await database.QueryAsync(
            tenant,
            "select 1 from read.status_entry where tenant_id = $1 and purpose = $2 and list_no = $3 limit 1",
            [new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }],
            _ => true,
            cancellation)).Count > 0;

    /// <summary>The newest list, and what of it is given away.</summary>
    private async Task<OpenList> ReadAsync(string tenant, string purpose, CancellationToken cancellation)
    {
        var taken = await database.QueryAsync(
            tenant,
            """
            select list_no, index from read.status_entry
            where tenant_id = $1 and purpose = $2
              and list_no = (select max(list_no) from read.status_entry where tenant_id = $1 and purpose = $2)
            """,
            [new() { Value = tenant }, new() { Value = purpose }],
            row => (List: row.GetInt32(0), Index: row.GetInt32(1)),
            cancellation);
        return new OpenList(taken.Count == 0 ? 1 : taken[0].List, taken.Select(place => place.Index));
    }

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

    /// <summary>
    /// What this process knows to be given away. Another process may know of more: then the write is refused, and the next draw is
    /// another place.
    /// </summary>
    private sealed class OpenList
    {
        private readonly Lock _turn = new();
        private StatusList _taken = StatusList.Create();
        private int _list;
        private int _given;

        public OpenList(int list, IEnumerable<int> taken)
        {
            _list = list;
            foreach (int index in taken)
            {
                _taken[index] = true;
                _given++;
            }
        }

        public (int List, int Index) Draw()
        {
            lock (_turn)
            {
                if (_given == _taken.Length) (_list, _taken, _given) = (_list + 1, StatusList.Create(), 0);
                _given++;
                return (_list, _taken.Allocate());
            }
        }
    }
}
