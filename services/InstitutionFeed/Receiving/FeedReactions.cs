using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;

namespace Pathways.InstitutionFeed.Receiving;

/// <summary>Puts whatever a source publishes into our own log, unchanged: the feed is that log.</summary>
public abstract class FeedReaction(IEventStore store, string source) : IReaction
{
    private static readonly Decider<int> OnlyVersion = new(0, (_, _) => 0);

    public string Source => source;

    public bool TakesUnknown => true;

    public async Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation)
    {
        string stream = $"feed-{incoming.Source}-{incoming.Stream}";
        var loaded = await store.LoadAsync(incoming.Tenant, stream, OnlyVersion, cancellation);
        work.Append(stream, loaded.Version, [new PublicEventReceived(incoming.Text)], incoming.ValidTime);
    }
}

public sealed class FromLearningRecord(IEventStore store) : FeedReaction(store, "learning-record");

public sealed class FromCredentialIssuance(IEventStore store) : FeedReaction(store, "credential-issuance");

public sealed class FromPathwayStacking(IEventStore store) : FeedReaction(store, "pathway-stacking");

public sealed class FromTransferRecognition(IEventStore store) : FeedReaction(store, "transfer-recognition");
