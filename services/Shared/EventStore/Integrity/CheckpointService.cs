using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pathways.EventStore.Sealing;

namespace Pathways.EventStore.Integrity;

/// <summary>Signs the log's head when it has moved, and copies it to the second place: at the latest a minute after, and at once after many events.</summary>
internal sealed partial class CheckpointService(
    Checkpoints checkpoints, HeadsExport export, CheckpointKey key, LogSignal signal, IConfiguration configuration, TimeProvider time,
    ILogger<CheckpointService> logger) : BackgroundService
{
    private const long ManyEvents = 10_000;

    // Short of a minute by what signing may take.
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(int.Parse(configuration["Pathways:CheckpointSeconds"] ?? "50", CultureInfo.InvariantCulture));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!key.IsConfigured) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitBeyondAsync(signal.Head + ManyEvents, _interval, time, stoppingToken);
            try
            {
                await checkpoints.SignAsync(stoppingToken);
                await export.AppendAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                SigningFailed(error);
                await Task.Delay(_interval / 10, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The log's head could not be signed and copied to the second place; it is tried again.")]
    private partial void SigningFailed(Exception error);
}
