using Pathways.Access.Clients;
using Pathways.EventStore.Reading;

namespace Pathways.Access.Tenants;

/// <summary>Which institutions there are: those that an operator added, those of configured clients, and those that had a client before they had to be added.</summary>
public sealed class TenantDirectory(ConfiguredClients configured, TenantReader reader)
{
    // There is one only ever more.
    private volatile IReadOnlySet<string> _known = new HashSet<string>();

    public async Task<bool> HasAsync(string tenant, CancellationToken cancellation)
        => _known.Contains(tenant) || (await AllAsync(cancellation)).Contains(tenant);

    public async Task<IReadOnlySet<string>> AllAsync(CancellationToken cancellation)
    {
        var stored = await reader.QueryAsync(
            ClientDirectory.Tenant,
            """
            select distinct e.data ->> 'Tenant' from events.mt_events e
            where e.tenant_id = $1 and e.type in ('tenant_added', 'client_created')
            """,
            [new() { Value = ClientDirectory.Tenant }],
            row => row.GetString(0),
            cancellation);
        return _known = new SortedSet<string>(stored.Concat(configured.Tenants).Where(tenant => tenant != ClientDirectory.Tenant), StringComparer.Ordinal);
    }
}
