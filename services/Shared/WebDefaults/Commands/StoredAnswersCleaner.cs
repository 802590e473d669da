using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

/// <summary>Deletes answers that nobody will ask for again. For all tenants, so as the daemon.</summary>
internal sealed class StoredAnswersCleaner(
    [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource database, TimeProvider clock, ILogger<StoredAnswersCleaner> log)
    : PeriodicService(Every, clock, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(StoredAnswers.Clean);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
