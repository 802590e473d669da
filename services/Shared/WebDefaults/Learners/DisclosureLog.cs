using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

/// <summary>
/// Writes disclosures, those of concurrent reads in one transaction. Each process has streams of its own, so none waits for
/// another, and nothing has to be read first.
/// </summary>
public sealed class DisclosureLog(IEventStore store, TimeProvider clock, ILogger<DisclosureLog> log) : BackgroundService
{
    // What systems read all the time is told by the second: who read, why, and of whom, once for all reads within it.
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    private readonly DisclosureQueue _awaited = new(store, clock, log, TimeSpan.Zero);
    private readonly DisclosureQueue _background = new(store, clock, log, Gathering);

    public async Task RecordAsync(string tenant, LearnerRecordDisclosed disclosed, bool inBackground, CancellationToken cancellation)
    {
        if (inBackground)
        {
            await _background.AddAsync(new(tenant, disclosed, Written: null), cancellation);
            return;
        }
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _awaited.AddAsync(new(tenant, disclosed, written), cancellation);
        await written.Task.WaitAsync(cancellation);
    }

    /// <summary>What is queued when the process stops is written before it ends.</summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _awaited.Complete();
        _background.Complete();
        return ExecuteTask ?? Task.CompletedTask;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_awaited.WriteAllAsync(), _background.WriteAllAsync());
}
