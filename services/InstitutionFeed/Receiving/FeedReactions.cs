using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;

namespace Pathways.InstitutionFeed.Receiving;

/// <summary>Puts whatever a source publishes into our own log, unchanged: the feed is that log.</summary>
public abstract class FeedReaction(IEventStore store, string source) : IReaction
{
    public string Source => source;

    public bool TakesUnknown => true;

    public async Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation)
    {
        string stream = $"feed-{incoming.Source}-{incoming.Stream}";
        work.Append(stream, await store.VersionAsync(incoming.Tenant, stream, cancellation), [new PublicEventReceived(incoming.Text)], incoming.ValidTime);
    }
}

public sealed class FromLearningRecord(IEventStore store) : FeedReaction(store, "learning-record");

public sealed class FromCredentialIssuance(IEventStore store) : FeedReaction(store, "credential-issuance");

public sealed class FromPathwayStacking(IEventStore store) : FeedReaction(store, "pathway-stacking");

public sealed class FromTransferRecognition(IEventStore store) : FeedReaction(store, "transfer-recognition");
