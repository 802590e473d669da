using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pathways.EventStore;
using Pathways.EventStore.Appending;

namespace Pathways.WebDefaults;

/// <summary>Disclosures on their way into streams of this queue's own: one per institution and day.</summary>
/// <param name="gathering">So long what comes is collected; those of one reader, purpose and route become one event.</param>
internal sealed partial class DisclosureQueue(IEventStore store, TimeProvider clock, ILogger log, TimeSpan gathering)
{
    private const int MostWaiting = 10_000;
    private const int MostEvents = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A full queue holds up reads: they are not answered when they cannot be recorded.
    private readonly Channel<PendingDisclosure> _queue = Channel.CreateBounded<PendingDisclosure>(MostWaiting);
    private readonly Dictionary<string, (string Name, long Version)> _streams = [];
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask AddAsync(PendingDisclosure pending, CancellationToken cancellation) => _queue.Writer.WriteAsync(pending, cancellation);

    public void Complete()
    {
        _queue.Writer.TryComplete();
        _completed.TrySetResult();
    }

    public async Task WriteAllAsync()
    {
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (gathering > TimeSpan.Zero) await Task.WhenAny(Task.Delay(gathering, clock), _completed.Task);
            var taken = new List<PendingDisclosure>();
            while (taken.Count < MostWaiting && _queue.Reader.TryRead(out var pending)) taken.Add(pending);
            foreach (var tenant in taken.GroupBy(pending => pending.Tenant))
            {
                foreach (var batch in Gathered(tenant).Chunk(MostEvents)) await WriteAsync(tenant.Key, [.. batch]);
            }
        }
    }

    private IEnumerable<PendingDisclosure> Gathered(IEnumerable<PendingDisclosure> pendings) => gathering == TimeSpan.Zero
        ? pendings
        : pendings.GroupBy(pending => pending.Disclosed.Reader)
            .SelectMany(reads => LearnerRecordDisclosed.Of([.. reads.Select(read => read.Disclosed)]), (reads, told) => reads.First() with { Disclosed = told });

    private async Task WriteAsync(string tenant, List<PendingDisclosure> batch)
    {
        while (batch.Count > 0)
        {
            try
            {
                await CommitAsync(tenant, batch);
                foreach (var pending in batch) pending.Written?.TrySetResult();
                return;
            }
            catch (Exception error)
            {
                WritingFailed(error, batch.Count);
                // Whether it was committed is unknown: a new stream, so that nothing stands in the way of trying again.
                _streams.Remove(tenant);
                foreach (var pending in batch) pending.Written?.TrySetException(new DependencyUnavailableException("The record of disclosures", error));
                batch.RemoveAll(pending => pending.Written is not null);
                if (_queue.Reader.Completion.IsCompleted) return;
                await Task.Delay(Pause, clock);
            }
        }
    }

    private async Task CommitAsync(string tenant, List<PendingDisclosure> batch)
    {
        var (stream, version) = StreamOf(tenant);
        var work = new UnitOfWork(new EventContext(tenant, batch[0].Disclosed.Actor, batch[0].Disclosed.CorrelationId));
        work.Append(stream, version, batch.ConvertAll(pending => (object)pending.Disclosed));
        work.Write(LearnerRecordDisclosed.Index(tenant, work.Appends[0].Events));
        if ((await store.CommitAsync(work, CancellationToken.None)).Rejection is { } rejection) throw new InvalidOperationException($"{rejection.Code}: {rejection.Message}");
        _streams[tenant] = (stream, version + batch.Count);
    }

    private (string Name, long Version) StreamOf(string tenant)
    {
        string day = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return _streams.TryGetValue(tenant, out var known) && known.Name.StartsWith($"disclosures-{day}-", StringComparison.Ordinal)
            ? known
            : ($"disclosures-{day}-{Guid.CreateVersion7():N}", 0);
    }

    [LoggerMessage(LogLevel.Error, "{Count} records of who read learners' records could not be written; reads that wait for it are refused.")]
    private partial void WritingFailed(Exception error, int count);
}

/// <param name="Written">Who waits for it; nobody when it goes in the background.</param>
internal sealed record PendingDisclosure(string Tenant, LearnerRecordDisclosed Disclosed, TaskCompletionSource? Written);
