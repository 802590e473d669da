using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;

namespace Pathways.Benchmarks.Stacking;

/// <summary>When the unit of work that an event caused was committed.</summary>
internal sealed class CommitTimes
{
    private readonly ConcurrentDictionary<Guid, long> _at = [];

    public int Count => _at.Count;

    public long Of(Guid eventId) => _at[eventId];

    /// <summary>Puts itself before the service's store.</summary>
    public void Watch(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IEventStore));
        services.AddSingleton<IEventStore>(provider => new Watched((IEventStore)ActivatorUtilities.CreateInstance(provider, store.ImplementationType!), this));
    }

    private sealed class Watched(IEventStore store, CommitTimes times) : IEventStore
    {
        public async Task<Result<Committed>> CommitAsync(UnitOfWork work, CancellationToken cancellation)
        {
            var committed = await store.CommitAsync(work, cancellation);
            if (committed.IsAccepted && work.Context.Cause is { } cause) times._at[cause.EventId] = Stopwatch.GetTimestamp();
            return committed;
        }

        public IAsyncEnumerable<RecordedEvent> ReadStreamAsync(string tenant, string stream, long afterVersion, CancellationToken cancellation)
            => store.ReadStreamAsync(tenant, stream, afterVersion, cancellation);

        public Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation) => store.VersionAsync(tenant, stream, cancellation);

        public Task<Loaded<TState>> LoadAsync<TState>(string tenant, string stream, Decider<TState> decider, CancellationToken cancellation)
            => store.LoadAsync(tenant, stream, decider, cancellation);
    }
}

internal sealed record Taken(string Credential);

/// <summary>The least that a reaction can do.</summary>
internal sealed class BareReaction : IReaction
{
    public string Source => "credential-issuance";

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation)
    {
        work.Append($"taken-{incoming.Id}", 0, [new Taken(incoming.Stream)]);
        return Task.CompletedTask;
    }
}
