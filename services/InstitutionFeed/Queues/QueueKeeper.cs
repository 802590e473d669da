using Pathways.EventStore;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>
/// Sees to it that the queues that were promised exist, from the start on: one that the broker has lost is recorded as
/// lost, and the log opens it again in its place among the events.
/// </summary>
internal sealed class QueueKeeper(QueueTable table, InstitutionQueues queues, QueueRepair repair, TimeProvider time, ILogger<QueueKeeper> logger)
    : PeriodicService(TimeSpan.FromSeconds(10), time, logger, atOnce: true)
{
    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        foreach (var row in await table.AllReadyAsync(cancellation))
        {
            if (!await queues.ExistsAsync(row.Queue, cancellation)) await repair.LoseAsync(row, cancellation);
        }
    }
}
