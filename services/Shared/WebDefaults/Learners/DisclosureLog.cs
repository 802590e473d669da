using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pathways.EventStore;
using Pathways.EventStore.Appending;

namespace Pathways.WebDefaults;

/// <summary>
/// Writes disclosures, those of concurrent reads in one transaction. Each process has streams of its own (one per
/// institution and day), so none waits for another, and nothing has to be read first.
/// </summary>
internal sealed partial class DisclosureLog(IEventStore store, TimeProvider clock, ILogger<DisclosureLog> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A full queue holds up reads: they are not answered when they cannot be recorded.
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(10_000);
    private readonly Dictionary<string, (string Name, long Version)> _streams = [];

    public async Task RecordAsync(string tenant, LearnerRecordDisclosed disclosed, bool inBackground, CancellationToken cancellation)
    {
        var pending = new Pending(tenant, disclosed, inBackground ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _queue.Writer.WriteAsync(pending, cancellation);
        if (pending.Written is { } written) await written.Task.WaitAsync(cancellation);
    }

    /// <summary>What is queued when the process stops is written before it ends.</summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return ExecuteTask ?? Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<Pending>();
            while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var pending)) batch.Add(pending);
            foreach (var tenant in batch.GroupBy(pending => pending.Tenant)) await WriteAsync(tenant.Key, [.. tenant]);
        }
    }

    private async Task WriteAsync(string tenant, List<Pending> batch)
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

    private async Task CommitAsync(string tenant, List<Pending> batch)
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

    [LoggerMessage(LogLevel.Error, "{Count} reads of learners' records could not be recorded; those that wait for it are refused.")]
    private partial void WritingFailed(Exception error, int count);

    private sealed record Pending(string Tenant, LearnerRecordDisclosed Disclosed, TaskCompletionSource? Written);
}
