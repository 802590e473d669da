using Microsoft.Extensions.Logging;
using Pathways.EventStore;
using Pathways.EventStore.Subscriptions;
using Pathways.Messaging.Operating;
using Pathways.Messaging.Peers;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// Asks each source what it has published and takes what never came. A gap in a stream shows with its next message; that
/// a stream's last message was lost, or a whole queue, shows only here. The broker is thus only the fast way. So does the
/// reverse: a source that was restored from a backup lacks what we took.
/// </summary>
internal sealed class CatchUp(
    ConsumerSet consumers, Cursors cursors, ComparedHeads compared, ParkedOperation parked, SourceFeed feed, MessagingStatus status,
    TimeProvider time, ILogger<CatchUp> logger) : PeriodicService(TimeSpan.FromSeconds(10), time, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        foreach (var consumer in consumers.All)
        {
            await RecogniseAsync(consumer, cancellation);
            await CompareAsync(consumer, cancellation);
        }
        await TryWhatWasUnknownAsync(cancellation);
    }

    /// <summary>Whether the source's log still is the one that we have seen.</summary>
    private async Task RecogniseAsync(Consumer consumer, CancellationToken cancellation)
    {
        if (!feed.Knows(consumer.Source)) return;
        try
        {
            bool wasRestored = status.IsRestored(consumer.Source);
            // Once it is known to be another log, what came with the lost one's messages says nothing more of it.
            if (!wasRestored && consumer.Newest is { } newest) await compared.StoreMarkAsync(consumer.Source, newest, cancellation);
            var mark = await compared.MarkAsync(consumer.Source, cancellation);
            var log = await feed.LogAsync(consumer.Source, mark?.Position ?? 0, cancellation);
            if (mark is not null && log.HashThere != mark.Hash)
            {
                status.WentBack(consumer.Source, mark.Position);
                Logger.LogCritical("{Source} was restored: its log is not the one that reached {Position}", consumer.Source, mark.Position);
                return;
            }
            if (wasRestored) consumer.GoOn(log.Position);
            status.IsWhole(consumer.Source);
            if (log.Position > 0) await compared.StoreMarkAsync(consumer.Source, new LogMark(log.Position, log.Hash), cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Logger.LogWarning("The log of {Source} could not be looked at: {Error}", consumer.Source, e.Message);
        }
    }

    /// <summary>What another build had to stop at, this one may know.</summary>
    private async Task TryWhatWasUnknownAsync(CancellationToken cancellation)
    {
        try
        {
            await parked.RetryUnknownAsync(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Logger.LogWarning("Streams parked for an unknown type could not be tried again: {Error}", e.Message);
        }
    }

    private async Task CompareAsync(Consumer consumer, CancellationToken cancellation)
    {
        if (!feed.Knows(consumer.Source) || status.IsRestored(consumer.Source)) return;
        // What waits in the queue is not lost. But what was published before the newest message that came through it does
        // not wait there: a backlog must not hide for as long as it lasts that something is missing. Those of one batch are
        // published side by side, and come in any order.
        long until = status.IsQueueEmpty(consumer.Source) ? long.MaxValue : (consumer.Newest?.Position ?? 0) - ISubscription.BatchSize;
        try
        {
            long position = await compared.ReadAsync(consumer.Source, cancellation);
            while (await feed.HeadsAsync(consumer.Source, position, cancellation) is { Count: > 0 } heads)
            {
                var passed = heads.Where(head => head.Position <= until).ToList();
                foreach (var head in passed) await TakeMissingAsync(consumer, head, cancellation);
                if (passed.Count == 0) return;
                position = passed[^1].Position;
                await compared.StoreAsync(consumer.Source, position, cancellation);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The source or the database is away; the next look starts where this one ended.
            Logger.LogWarning("What {Source} has published could not be compared: {Error}", consumer.Source, e.Message);
        }
    }

    private async Task TakeMissingAsync(Consumer consumer, StreamHead head, CancellationToken cancellation)
    {
        var stream = new SourceStream(head.Tenant, consumer.Source, head.Stream);
        var cursor = await cursors.ReadAsync(stream, cancellation);
        if (cursor.Version >= head.Version) return;
        if (cursor.Parked) Logger.LogInformation("{Source}/{Stream} is parked after version {Version}: what came since is put behind it", consumer.Source, head.Stream, cursor.Version);
        else Logger.LogWarning("{Source}/{Stream} is taken from its source from version {Version} on: messages are missing", consumer.Source, head.Stream, cursor.Version);
        await foreach (var missing in feed.ReadAsync(stream, cursor.Version, cancellation))
            await consumer.TakeAsync(missing, missing.TraceParent, cancellation);
    }
}
