using Npgsql;

namespace Pathways.EventStore.Reading;

internal static class TenantScope
{
    /// <summary>Names the tenant to row-level security until the transaction ends.</summary>
    public static NpgsqlBatchCommand Command(string tenant)
        => new("select set_config('app.tenant', $1, true)") { Parameters = { new() { Value = tenant } } };

    /// <summary>As well, the transaction's statements are planned to read in the order of an index, and once for all parameters.</summary>
    public static NpgsqlBatchCommand InIndexOrder(string tenant) => new("""
        select set_config('app.tenant', $1, true), set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true),
          set_config('enable_seqscan', 'off', true),
          set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
        """)
    {
        Parameters = { new() { Value = tenant } },
    };
}
