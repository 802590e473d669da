using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

/// <summary>Deletes answers that nobody will ask for again. For all tenants, so as the daemon.</summary>
internal sealed class StoredAnswersCleaner(
    [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource database, TimeProvider clock, ILogger<StoredAnswersCleaner> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var command = database.CreateCommand(StoredAnswers.Clean);
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Old stored answers could not be deleted; the next hour tries again");
            }
        }
    }
}
