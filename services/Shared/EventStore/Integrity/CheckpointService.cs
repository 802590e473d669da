using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pathways.EventStore.Sealing;

namespace Pathways.EventStore.Integrity;

/// <summary>Signs the log's head when it has moved, and copies it to the second place: at the latest a minute after, and at once after many events.</summary>
internal sealed partial class CheckpointService(
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
            await CopyAsync(signing, cancellation);
            await signing;
            status.HeadsKept();
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            status.HeadsFailed(error, Time.GetUtcNow());
            throw;
        }
    }

    /// <summary>Of two faults signing's is thrown, as it weighs more; the other one is told here, or nobody would learn that nothing is copied.</summary>
    private async Task CopyAsync(Task signing, CancellationToken cancellation)
    {
        try
        {
            await export.AppendAsync(cancellation);
        }
        catch (Exception error) when (signing.IsFaulted && !cancellation.IsCancellationRequested)
        {
            NotCopied(Logger, error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The log's head could not be signed, and those signed before could not be copied to the second place.")]
    private static partial void NotCopied(ILogger logger, Exception error);

    /// <summary>Short of a minute by what signing may take.</summary>
    private static TimeSpan Interval(IConfiguration configuration)
        => TimeSpan.FromSeconds(int.Parse(configuration["Pathways:CheckpointSeconds"] ?? "50", CultureInfo.InvariantCulture));
}
