using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

internal sealed class DatabaseHealth([FromKeyedServices(DataSources.App)] NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("select position from events.log_head");
            object? head = await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["position"] = head! });
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The database can't be reached", error);
        }
    }
}
