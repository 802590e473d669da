using System.Collections.Concurrent;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.Kernel;

namespace Pathways.PathwayStacking.Stacks;

/// <summary>
/// Folded streams in memory, to fold each event once. A cache and nothing more: what came after is read every time, and the append checks the version, so that
/// an entry can only be useless, never wrong. The younger half stays when there are too many.
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

    private Loaded<TState> Find((string, string) key)
        => _young.TryGetValue(key, out var loaded) || _old.TryGetValue(key, out loaded) ? loaded : new(decider.Initial, 0);

    private void Keep((string, string) key, Loaded<TState> loaded)
    {
        if (_young.Count >= Half) (_old, _young) = (_young, []);
        _young[key] = loaded;
    }
}
