using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pathways.Messaging.Watchdog;

/// <summary>Degraded while anything waits: commands are still taken, so it is not unhealthy.</summary>
internal sealed class MessagingHealth(MessagingStatus status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(status.Problems is { Count: > 0 } problems
            ? HealthCheckResult.Degraded(string.Join("; ", problems))
            : HealthCheckResult.Healthy());
}

/// <summary>Not alive when a new bus did not bring the consumers back either: only a new process is left.</summary>
internal sealed class ConsumersAlive(MessagingStatus status) : IHealthCheck
{
    public const string Tag = "live";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(status.Misses > 2 * ConsumerWatchdog.Patience
            ? HealthCheckResult.Unhealthy("A queue has had no consumer for too long.")
            : HealthCheckResult.Healthy());
}
