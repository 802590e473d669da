using Pathways.Kernel;

namespace Pathways.EventStore.Reading;

/// <summary>A stream as it was: for whoever looks into a dispute or a fault. No route reads so.</summary>
public static class TimeTravel
{
    /// <summary>The state at a version; the latest one when the stream has not got that far.</summary>
    public static Task<Loaded<TState>> LoadAtVersionAsync<TState>(
        this IEventStore store, string tenant, string stream, Decider<TState> decider, long version, CancellationToken cancellation)
        => FoldAsync(store, tenant, stream, decider, recorded => recorded.Version <= version, cancellation);

    /// <summary>The state that this system knew at a time: by when events were recorded, not by when they became true.</summary>
    public static Task<Loaded<TState>> LoadAtTimeAsync<TState>(
        this IEventStore store, string tenant, string stream, Decider<TState> decider, DateTimeOffset time, CancellationToken cancellation)
        => FoldAsync(store, tenant, stream, decider, recorded => recorded.RecordedAt <= time, cancellation);

    private static async Task<Loaded<TState>> FoldAsync<TState>(
        IEventStore store, string tenant, string stream, Decider<TState> decider, Func<RecordedEvent, bool> belongs, CancellationToken cancellation)
    {
        var loaded = new Loaded<TState>(decider.Initial, 0);
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, 0, cancellation))
        {
            if (!belongs(recorded)) break;
            loaded = new Loaded<TState>(decider.Evolve(loaded.State, recorded.Data), recorded.Version);
        }
        return loaded;
    }
}
