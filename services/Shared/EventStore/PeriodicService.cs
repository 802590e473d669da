using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pathways.EventStore;

/// <summary>Does the same again and again. A failure is logged and tried again, soon at first, then less and less often: no exception ends it.</summary>
/// <param name="atOnce">The first time without waiting.</param>
public abstract partial class PeriodicService(TimeSpan interval, TimeProvider time, ILogger logger, bool atOnce = false) : BackgroundService
{
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromSeconds(5);

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool waits = !atOnce;
        var pause = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (pause > TimeSpan.Zero) await Task.Delay(pause, Time, stoppingToken);
                else if (waits) await WaitAsync(stoppingToken);
                waits = true;
                await RunOnceAsync(stoppingToken);
                pause = TimeSpan.Zero;
            }
            catch (Exception error)
            {
                // Cancelled, or refused by what is away in that very moment: the end is not a fault.
                if (stoppingToken.IsCancellationRequested) return;
                RoundFailed(Logger, error, GetType().Name);
                pause = After(pause);
            }
        }
    }

    private TimeSpan After(TimeSpan pause)
    {
        var next = pause > TimeSpan.Zero ? pause * 2 : FirstRetryPause;
        return next < LongestRetryPause ? next : LongestRetryPause;
    }

    protected virtual TimeSpan LongestRetryPause => interval;

    /// <summary>Until the next round.</summary>
    protected virtual Task WaitAsync(CancellationToken cancellation) => Task.Delay(interval, Time, cancellation);

    protected abstract Task RunOnceAsync(CancellationToken cancellation);

    [LoggerMessage(LogLevel.Warning, "{Service} has failed; it tries again.")]
    private static partial void RoundFailed(ILogger logger, Exception error, string service);
}
