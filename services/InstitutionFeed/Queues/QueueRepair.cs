using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>Of queues that were promised: one without its binding is bound again, one that the broker does not have is recorded as lost.</summary>
internal sealed class QueueRepair(InstitutionQueues queues, IEventStore store, ILogger<QueueRepair> logger)
{
    /// <summary>Only where nobody publishes meanwhile: of two queues, the one that is bound first would hide that the other is not.</summary>
    public async Task RestoreBindingsAsync(IEnumerable<QueueRow> rows, CancellationToken cancellation)
    {
        foreach (var row in rows)
        {
            if (!await queues.RestoreBindingAsync(row.Tenant, row.Queue, cancellation)) await LoseAsync(row, cancellation);
        }
    }

    public async Task LoseAsync(QueueRow row, CancellationToken cancellation)
    {
        logger.LogError("The broker has lost the queue {Queue}", row.Queue);
        var loaded = await store.LoadAsync(row.Tenant, FeedQueues.Stream, FeedQueues.Decider, cancellation);
        var work = new UnitOfWork(new EventContext(row.Tenant, "institution-feed", $"queue-lost-{row.Queue}"));
        work.Append(FeedQueues.Stream, loaded.Version, FeedQueues.Lose(loaded.State, row.Name).Events);
        work.Write(QueueTable.Unready(row.Tenant, row.Name, row.Queue));
        var committed = await store.CommitAsync(work, cancellation);
        if (committed.Rejection is { } rejection) logger.LogInformation("Another process was faster: {Reason}", rejection.Message);
    }
}
