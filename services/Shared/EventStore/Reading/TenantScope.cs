using Npgsql;

namespace Pathways.EventStore.Reading;

internal static class TenantScope
{
    /// <summary>Names the tenant to row-level security until the transaction ends.</summary>
    public static NpgsqlBatchCommand Command(string tenant)
        => new("select set_config('app.tenant', $1, true)") { Parameters = { new() { Value = tenant } } };
}
