using System.Collections.Concurrent;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults.Controls;

/// <summary>Writers who expect the same version. The mutant appends <c>on conflict do nothing</c>, as others' stores do, and says yes to all.</summary>
internal static class ConflictSwallowed
{
    private const int Writers = 8;
    private const int Rounds = 25;

    private const string Mutant = """
        create or replace function events.append(
          p_tenant text, p_streams text[], p_expected bigint[], p_counts int[], p_required boolean[],
          p_stream_of int[], p_versions bigint[], p_ids uuid[], p_types text[], p_dotnet_types text[], p_data jsonb[],
          p_correlations text[], p_causations text[], p_headers jsonb[], p_actors text[]) returns int[]
        language plpgsql as $$
        begin
          perform set_config('app.tenant', p_tenant, true);
          for i in 1 .. cardinality(p_streams) loop
            insert into events.mt_streams as s (tenant_id, id, version) values (p_tenant, p_streams[i], p_expected[i] + p_counts[i])
            on conflict (tenant_id, id) do update set version = greatest(s.version, excluded.version);
          end loop;
          insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name)
          select nextval('events.mt_events_sequence'), e.id, p_streams[e.stream_of], e.version, e.data, e.type, p_tenant, e.dotnet_type,
                 e.correlation, e.causation, e.headers, e.actor
          from unnest(p_stream_of, p_versions, p_ids, p_types, p_dotnet_types, p_data, p_correlations, p_causations, p_headers, p_actors)
            as e (stream_of, version, id, type, dotnet_type, data, correlation, causation, headers, actor)
          on conflict do nothing;
          return '{}';
        end $$;
        """;

    public static async Task<IReadOnlyList<Violation>> RunAsync(PostgresServer server, bool mutated, CancellationToken cancellation)
    {
        await using var store = await SmallStore.CreateAsync(server, cancellation);
        if (mutated) await store.SqlAsync(Mutant, cancellation);
        var acknowledged = new ConcurrentQueue<Guid>();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                if (await store.CountAsync("contended", round, cancellation) is { } id) acknowledged.Enqueue(id);
            }
        }));
        // In which order the writers' answers came is no question here.
        var stored = await store.StoredAsync(cancellation);
        return Effects.Violations([.. stored.Where(acknowledged.Contains), .. acknowledged.Except(stored)], stored);
    }
}
