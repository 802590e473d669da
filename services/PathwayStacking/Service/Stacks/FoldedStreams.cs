using System.Collections.Concurrent;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;

namespace Pathways.PathwayStacking.Stacks;

/// <summary>
/// Folded streams in memory, to read and fold each event once. A cache and nothing more: what others appended is read every time,
/// and the append checks the version, so that an entry can only be useless, never wrong, as long as the database does not go
/// back: after a restore the service is restarted. The younger half stays when there are too many.
/// </summary>
internal sealed class FoldedStreams<TState>(IEventStore store, Decider<TState> decider)
{
    private const int Half = 1_000;

    private ConcurrentDictionary<(string Tenant, string Stream), Loaded<TState>> _young = [];
    private ConcurrentDictionary<(string Tenant, string Stream), Loaded<TState>> _old = [];

    public async Task<Loaded<TState>> LoadAsync(string tenant, string stream, CancellationToken cancellation)
    {
        var loaded = Find((tenant, stream));
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, loaded.Version, cancellation))
            loaded = new(decider.Evolve(loaded.State, recorded.Data), recorded.Version);
        if (loaded.Version > 0) Keep((tenant, stream), loaded);
        return loaded;
    }

    /// <summary>Appends, and remembers what the events make of the stream once they are committed.</summary>
    public TState Append(UnitOfWork work, string stream, Loaded<TState> loaded, IReadOnlyList<object> events)
    {
        work.Append(stream, loaded.Version, events);
        var after = new Loaded<TState>(decider.Fold(loaded.State, events), loaded.Version + events.Count);
        work.WhenCommitted(() => Keep((work.Context.Tenant, stream), after));
        return after.State;
    }

    private Loaded<TState> Find((string, string) key)
        => _young.TryGetValue(key, out var loaded) || _old.TryGetValue(key, out loaded) ? loaded : new(decider.Initial, 0);

    private void Keep((string, string) key, Loaded<TState> loaded)
    {
        if (_young.Count >= Half) (_old, _young) = (_young, []);
        _young[key] = loaded;
    }
}
