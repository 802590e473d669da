using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pathways.EventStore.Sealing;

namespace Pathways.EventStore.Integrity;

/// <summary>Signs the log's head when it has moved: at the latest a minute after, and at once after many events.</summary>
internal sealed partial class CheckpointService(
    Checkpoints checkpoints, CheckpointKey key, LogSignal signal, TimeProvider time, ILogger<CheckpointService> logger) : BackgroundService
{
    private const long ManyEvents = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!key.IsConfigured) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitBeyondAsync(signal.Head + ManyEvents, Interval, time, stoppingToken);
            try
            {
                await checkpoints.SignAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                SigningFailed(error);
                await Task.Delay(Interval / 10, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The log's head could not be signed; it is tried again.")]
    private partial void SigningFailed(Exception error);
}
