using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

/// <summary>The sealer, the log's heads, the projections and the subscriptions: whether they run, and how far behind they are.</summary>
internal sealed class FollowersHealth(EventStoreStatus status, IConfiguration configuration) : IHealthCheck
{
    /// <summary>Sealed events that a follower may be behind before somebody should look; <c>Health:MaxLag</c>.</summary>
    private const int DefaultMaxLag = 5000;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        long maxLag = configuration.GetValue("Health:MaxLag", DefaultMaxLag);
        List<string> reasons =
        [
            .. status.SealerError is { } sealer ? [$"The log is not being sealed since {sealer.Since:O}"] : Array.Empty<string>(),
            .. status.HeadsFault is { } heads ? [ReasonOf(heads)] : Array.Empty<string>(),
            .. status.Followers.Where(follower => follower.Error is not null).Select(follower => $"{Named(follower)} stands still since {follower.Error!.Since:O}"),
            .. status.Followers.Where(follower => follower.Error is null && follower.Lag > maxLag).Select(follower => $"{Named(follower)} is {follower.Lag} events behind"),
        ];
        var data = status.Followers.ToDictionary(follower => $"{follower.Name}.lag", object (follower) => follower.Lag);
        return Task.FromResult(reasons.Count == 0
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded(string.Join("; ", reasons), data: data));
    }

    private static string ReasonOf(HeadsFault heads) => heads.LogWentBack
        ? $"The log is not the one whose heads were kept: it was cut, or restored from a backup; seen since {heads.Since:O}"
        : $"The log's heads are not being signed and kept since {heads.Since:O}";

    private static string Named(FollowerStatus follower) => $"The {follower.Kind.ToString().ToLowerInvariant()} {follower.Name}";
}
