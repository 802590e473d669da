using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pathways.EventStore.Sealing;

namespace Pathways.EventStore.Integrity;

/// <summary>Signs the log's head when it has moved, and copies it to the second place: at the latest a minute after, and at once after many events.</summary>
internal sealed class CheckpointService(
    Checkpoints checkpoints, HeadsExport export, CheckpointKey key, LogSignal signal, EventStoreStatus status, IConfiguration configuration,
    TimeProvider time, ILogger<CheckpointService> logger) : PeriodicService(Interval(configuration), time, logger)
{
    private const long ManyEvents = 10_000;

    private readonly TimeSpan _interval = Interval(configuration);

    // Health tells of a failure until a round succeeds: it shall not tell of one that is long over.
    protected override TimeSpan LongestRetryPause => TimeSpan.FromSeconds(Math.Min(10, _interval.TotalSeconds));

    protected override Task WaitAsync(CancellationToken cancellation) => signal.WaitBeyondAsync(signal.Head + ManyEvents, _interval, Time, cancellation);

    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        if (!key.IsConfigured) return;
        try
        {
            Task signing = checkpoints.SignAsync(cancellation);
            await signing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Also when signing refuses: of a log that was cut, what was signed before must not stay in its database alone.
            // Of two faults the first is thrown, and it weighs more.
            await Task.WhenAll(signing, export.AppendAsync(cancellation));
            status.HeadsKept();
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            status.HeadsFailed(error, Time.GetUtcNow());
            throw;
        }
    }

    /// <summary>Short of a minute by what signing may take.</summary>
    private static TimeSpan Interval(IConfiguration configuration)
        => TimeSpan.FromSeconds(int.Parse(configuration["Pathways:CheckpointSeconds"] ?? "50", CultureInfo.InvariantCulture));
}
