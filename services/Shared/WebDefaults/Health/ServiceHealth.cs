using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pathways.WebDefaults;

/// <summary>
/// <c>/alive</c>: the process answers, and no check tagged <c>live</c> says that only a new one would help. <c>/health</c>: it can do its work; <c>Degraded</c> (still 200) with reasons when
/// something lags, is parked or stands still, <c>Unhealthy</c> (503) when the database can't be reached. Other rooms add
/// their own <see cref="IHealthCheck"/> with <c>services.AddHealthChecks().AddCheck&lt;T&gt;("name")</c>.
/// </summary>
internal static class ServiceHealth
{
    /// <summary>A check that only a new process can mend; it counts for <c>/alive</c>.</summary>
    private const string LiveTag = "live";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void AddServiceHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<DatabaseHealth>("database", HealthStatus.Unhealthy, tags: [], Patience)
        .AddCheck<FollowersHealth>("log");

    public static void MapServiceHealth(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag), ResponseWriter = WriteAsync });
        Map(routes, "/health", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static void Map(IEndpointRouteBuilder routes, string pattern, HealthCheckOptions options)
        => routes.MapHealthChecks(pattern, options).AllowAnonymous().DisableRateLimiting();

    private static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(
        new HealthView(
            report.Status.ToString(),
            [.. report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => ReasonOf(entry.Key, entry.Value))],
            [.. report.Entries.Select(entry => new CheckView(entry.Key, entry.Value.Status.ToString(), DescriptionOf(entry.Value), entry.Value.Data))]),
        http.RequestAborted);

    private static string ReasonOf(string check, HealthReportEntry entry) => DescriptionOf(entry) ?? $"{check} is {entry.Status}";

    // When a check throws, the framework describes it by the exception's message; that stays in the log.
    private static string? DescriptionOf(HealthReportEntry entry)
        => entry.Description is { Length: > 0 } description && description != entry.Exception?.Message ? description : null;
}

/// <param name="Reasons">In words, why it is not healthy.</param>
public sealed record HealthView(string Status, IReadOnlyList<string> Reasons, IReadOnlyList<CheckView> Checks);

public sealed record CheckView(string Name, string Status, string? Description, IReadOnlyDictionary<string, object> Data);
