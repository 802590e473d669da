using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pathways.EventStore;

/// <summary>Does the same again and again. A failure is logged and tried again soon: no exception ends it.</summary>
/// <param name="atOnce">The first time without waiting.</param>
public abstract partial class PeriodicService(TimeSpan interval, TimeProvider time, ILogger logger, bool atOnce = false) : BackgroundService
{
    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromSeconds(5);

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool waits = !atOnce;
        bool failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (failed) await Task.Delay(interval < LongestRetryPause ? interval : LongestRetryPause, Time, stoppingToken);
                else if (waits) await WaitAsync(stoppingToken);
                (waits, failed) = (true, true);
                await RunOnceAsync(stoppingToken);
                failed = false;
            }
            catch (Exception error)
            {
                // Cancelled, or refused by what is away in that very moment: the end is not a fault.
                if (stoppingToken.IsCancellationRequested) return;
                RoundFailed(Logger, error, GetType().Name);
            }
        }
    }

    /// <summary>Until the next round.</summary>
    protected virtual Task WaitAsync(CancellationToken cancellation) => Task.Delay(interval, Time, cancellation);

    protected abstract Task RunOnceAsync(CancellationToken cancellation);

    [LoggerMessage(LogLevel.Warning, "{Service} has failed; it tries again.")]
    private static partial void RoundFailed(ILogger logger, Exception error, string service);
}
