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
internal sealed class FeedPublisher(
    FeedExchange exchange, QueueTable table, QueueRepair repair, QueueOpening opening, TimeProvider time, ILogger<FeedPublisher> logger) : ISubscription
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

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
                    await PublishAsync(run, cancellation);
                    run.Clear();
                    await opening.OpenAsync(item, cancellation);
                    break;
            }
        }
        await PublishAsync(run, cancellation);
    }

    /// <summary>
    /// What did not reach the queue of a tenant that has one is published again when the queue is bound again. A queue that is
    /// gone is recorded as lost and not waited for: further on in the log it is opened again, with these events in its backlog.
    /// </summary>
    private async Task PublishAsync(IReadOnlyList<FeedItem> items, CancellationToken cancellation)
    {
        var pause = TimeSpan.Zero;
        while (items.Count > 0)
        {
            await Task.Delay(pause, time, cancellation);
            var before = await repair.RestoreBindingsAsync(items.Select(item => item.CloudEvent.Tenant).ToHashSet(), cancellation);
            var unreached = await exchange.PublishAsync(items, before.Select(row => row.Tenant).ToHashSet(), cancellation);
            if (unreached.Count > 0)
            {
                logger.LogWarning("Events reached no queue of {Tenants}: their queues are bound again", unreached);
                await table.UnboundAsync(unreached, cancellation);
            }
            // Another process may be repairing the same queues: the one that it bound first took what one that it binds later has missed.
            var after = await table.AllReadyAsync(cancellation);
            unreached.UnionWith(after.Where(row => row.BoundAt is null || !before.Contains(row)).Select(row => row.Tenant));
            items = [.. items.Where(item => unreached.Contains(item.CloudEvent.Tenant))];
            pause = After(pause);
        }
    }

    private static TimeSpan After(TimeSpan pause)
    {
        var next = pause > TimeSpan.Zero ? pause * 2 : FirstPause;
        return next < LongestPause ? next : LongestPause;
    }
}
