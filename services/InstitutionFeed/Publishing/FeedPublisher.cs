using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Receiving;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Publishing;

/// <summary>
/// Follows the log: publishes what was received, and opens queues exactly where the log says so, between the events before,
/// which go into the new queue as its backlog, and those after, which reach it live.
/// </summary>
internal sealed class FeedPublisher(FeedExchange exchange, QueueOpening opening) : ISubscription
{
    public string Name => "feed";

    public async Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
    {
        var run = new List<FeedItem>();
        foreach (var item in batch)
        {
            switch (item.Event.Data)
            {
                case PublicEventReceived received:
                    run.Add(FeedItem.Of(received.CloudEvent, item.Event.TraceParent));
                    break;
                case QueueOpened or QueueLost:
                    await exchange.PublishAsync(run, cancellation);
                    run.Clear();
                    await opening.OpenAsync(item, cancellation);
                    break;
            }
        }
        await exchange.PublishAsync(run, cancellation);
    }
}
