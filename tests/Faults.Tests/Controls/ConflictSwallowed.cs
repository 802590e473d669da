using System.Collections.Concurrent;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults.Controls;

/// <summary>Writers who expect the same version. The mutant appends <c>on conflict do nothing</c>, as others' stores do, and says yes to all.</summary>
internal static class ConflictSwallowed
{
    private const int Writers = 8;
    private const int Rounds = 25;

    // Writers of one stream never share a group: each event goes by itself.
    private const string Mutant = """
        create or replace function events.append_one(
          p_tenant text, p_stream text, p_expected bigint, p_required boolean,
          p_id uuid, p_type text, p_dotnet_type text, p_data jsonb, p_correlation text, p_causation text, p_headers jsonb, p_actor text) returns int[]
        language plpgsql as $$
        begin
          perform set_config('app.tenant', p_tenant, true);
          insert into events.mt_streams as s (tenant_id, id, version) values (p_tenant, p_stream, p_expected + 1)
          on conflict (tenant_id, id) do update set version = greatest(s.version, excluded.version);
          insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name)
          values (nextval('events.mt_events_sequence'), p_id, p_stream, p_expected + 1, p_data, p_type, p_tenant, p_dotnet_type,
                  p_correlation, p_causation, p_headers, p_actor)
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
