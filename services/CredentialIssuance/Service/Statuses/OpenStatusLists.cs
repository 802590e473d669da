using Npgsql;
using NpgsqlTypes;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>The lists that a batch of <see cref="StatusLists"/> touches, each read and written once, and the places that it gives.</summary>
internal sealed class OpenStatusLists(NpgsqlConnection connection)
{
    private readonly Dictionary<(string Tenant, string Purpose, int List), StatusList> _lists = [];
    private readonly Dictionary<(string Tenant, string Purpose, int List), long> _changes = [];
    private readonly List<(string Tenant, Guid CredentialId, StatusEntry Entry)> _assigned = [];

    public void Assign(string tenant, Guid credentialId, StatusEntry entry) => _assigned.Add((tenant, credentialId, entry));

    /// <summary>The places that follow the credential's status: its own, and from then on its learner record's.</summary>
    public async Task<IReadOnlyList<StatusEntry>> EntriesAsync(string tenant, Guid credentialId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select purpose, list_no, index from read.status_list_v2_entry where tenant_id = $1 and credential_id = $2", connection)
        {
            Parameters = { new() { Value = tenant }, new() { Value = credentialId } },
        };
        var entries = new List<StatusEntry>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) entries.Add(new StatusEntry(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2)));
        }

        entries.AddRange(_assigned.Where(of => of.Tenant == tenant && of.CredentialId == credentialId).Select(of => of.Entry));
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
        await StoreAssignedAsync(cancellation);
        foreach (var (key, changes) in _changes)
        {
            await using var command = new NpgsqlCommand(
                """
                insert into read.status_list_v2 as l (tenant_id, purpose, list_no, encoded, changes) values ($1, $2, $3, $4, $5)
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

    private async Task StoreAssignedAsync(CancellationToken cancellation)
    {
        if (_assigned.Count == 0) return;
        await using var command = new NpgsqlCommand(
            "insert into read.status_list_v2_entry (tenant_id, credential_id, purpose, list_no, index) select * from unnest($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                Column(NpgsqlDbType.Text, of => of.Tenant), Column(NpgsqlDbType.Uuid, of => of.CredentialId), Column(NpgsqlDbType.Text, of => of.Entry.Purpose),
                Column(NpgsqlDbType.Integer, of => of.Entry.List), Column(NpgsqlDbType.Integer, of => of.Entry.Index),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlParameter Column<T>(NpgsqlDbType type, Func<(string Tenant, Guid CredentialId, StatusEntry Entry), T> value)
        => new() { Value = _assigned.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private async Task<StatusList> OpenAsync((string Tenant, string Purpose, int List) key, CancellationToken cancellation)
    {
        if (_lists.TryGetValue(key, out var open)) return open;
        await using var command = new NpgsqlCommand(
            "select encoded from read.status_list_v2 where tenant_id = $1 and purpose = $2 and list_no = $3", connection)
        {
            Parameters = { new() { Value = key.Tenant }, new() { Value = key.Purpose }, new() { Value = key.List } },
        };
        return _lists[key] = await command.ExecuteScalarAsync(cancellation) is string encoded ? StatusList.Decode(encoded) : StatusList.Create();
    }
}
