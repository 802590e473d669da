using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>
/// Sees to it that the queues that were promised exist, from the start on: one that the broker has lost is recorded as
/// lost, and the log opens it again in its place among the events.
/// </summary>
internal sealed class QueueKeeper(QueueTable table, InstitutionQueues queues, IEventStore store, TimeProvider time, ILogger<QueueKeeper> logger)
    : PeriodicService(TimeSpan.FromSeconds(10), time, logger, atOnce: true)
{
    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        foreach (var row in await table.AllReadyAsync(cancellation))
        {
            if (!await queues.ExistsAsync(row.Queue, cancellation)) await LoseAsync(row, cancellation);
        }
    }

    private async Task LoseAsync(QueueRow row, CancellationToken cancellation)
    {
        Logger.LogError("The broker has lost the queue {Queue}", row.Queue);
        var loaded = await store.LoadAsync(row.Tenant, FeedQueues.Stream, FeedQueues.Decider, cancellation);
        var work = new UnitOfWork(new EventContext(row.Tenant, "institution-feed", $"queue-lost-{row.Queue}"));
        work.Append(FeedQueues.Stream, loaded.Version, FeedQueues.Lose(loaded.State, row.Name).Events);
        work.Write(QueueTable.Unready(row.Tenant, row.Name, row.Queue));
        var committed = await store.CommitAsync(work, cancellation);
        if (committed.Rejection is { } rejection) Logger.LogInformation("Another process was faster: {Reason}", rejection.Message);
    }
}
