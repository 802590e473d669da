using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Feed;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>Of queues that were promised: one without its binding is bound again, one that the broker does not have is recorded as lost.</summary>
internal sealed class QueueRepair(QueueTable table, InstitutionQueues queues, IEventStore store, ILogger<QueueRepair> logger)
{
    /// <summary>
    /// Binds every queue of the tenants that has to be bound before anything of theirs is published: also where another process, or an
    /// attempt before, has stopped half-way. Those of others wait for events of their own: one that can't be bound holds up nobody till then.
    /// </summary>
    /// <returns>The queues of all that are ready after that.</returns>
    public async Task<IReadOnlyList<QueueRow>> RestoreBindingsAsync(IReadOnlySet<string> tenants, CancellationToken cancellation)
    {
        var ready = await table.AllReadyAsync(cancellation);
        var unbound = ready.Where(row => row.BoundAt is null && tenants.Contains(row.Tenant)).ToList();
        if (unbound.Count == 0) return ready;
        foreach (var row in unbound)
        {
            if (await queues.RestoreBindingAsync(row.Tenant, row.Queue, cancellation)) await table.BoundAsync(row.Tenant, row.Name, cancellation);
            else await LoseAsync(row, cancellation);
        }
        return await table.AllReadyAsync(cancellation);
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
