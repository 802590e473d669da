using System.Runtime.CompilerServices;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.InstitutionFeed.Receiving;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>Opens a queue at a position of the log: the tenant's events before it are the backlog.</summary>
internal sealed class QueueOpening(InstitutionQueues queues, QueueTable table, ISealedLog log)
{
    private const int BatchSize = 500;

    public async Task OpenAsync(SealedEvent at, CancellationToken cancellation)
    {
        var (name, queue) = at.Event.Data switch
        {
            QueueOpened opened => (opened.Name, opened.Queue),
            QueueLost lost => (lost.Name, lost.Queue),
            _ => throw new InvalidOperationException($"{at.Event.Type} does not open a queue."),
        };
        // If it was lost together with the exchange, so were the bindings of the institution's other queues, and no event would come back and tell.
        await table.UnboundAsync([at.Event.Tenant], cancellation);
        await queues.OpenAsync(
            at.Event.Tenant, queue,
            // The position was not stored after the last time, or another replica was faster.
            alreadyOpen: () => table.IsReadyAsync(at.Event.Tenant, name, cancellation),
            BacklogAsync(at.Event.Tenant, at.Position, cancellation),
            opened: () => table.ReadyAsync(at.Event.Tenant, name, cancellation),
            cancellation);
    }

    private async IAsyncEnumerable<FeedItem> BacklogAsync(string tenant, long before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long position = 0;
        while (position < before - 1)
        {
            var batch = await log.ReadAsync(position, (int)Math.Min(BatchSize, before - 1 - position), cancellation);
            foreach (var item in batch)
            {
                if (item.Event.Tenant == tenant && item.Event.Data is PublicEventReceived received)
                    yield return FeedItem.Of(received.CloudEvent, item.Event.TraceParent);
            }
            position = batch[^1].Position;
        }
    }
}
