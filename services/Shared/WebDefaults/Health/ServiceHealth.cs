using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pathways.WebDefaults;

/// <summary>
/// <c>/alive</c>: the process answers. <c>/health</c>: it can do its work; <c>Degraded</c> (still 200) with reasons when
/// something lags, is parked or stands still, <c>Unhealthy</c> (503) when the database can't be reached. Other rooms add
/// their own <see cref="IHealthCheck"/> with <c>services.AddHealthChecks().AddCheck&lt;T&gt;("name")</c>.
/// </summary>
internal static class ServiceHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void AddServiceHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<DatabaseHealth>("database", HealthStatus.Unhealthy, tags: [], Patience)
        .AddCheck<FollowersHealth>("log");

    public static void MapServiceHealth(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/alive", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        Map(routes, "/health", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static void Map(IEndpointRouteBuilder routes, string pattern, HealthCheckOptions options)
        => routes.MapHealthChecks(pattern, options).AllowAnonymous().DisableRateLimiting();

    private static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(
        new HealthView(
            report.Status.ToString(),
            [.. report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => ReasonOf(entry.Key, entry.Value))],
            report.Entries.ToDictionary(entry => entry.Key, entry => new CheckView(entry.Value.Status.ToString(), entry.Value.Data))),
        http.RequestAborted);

    // A check that threw has a description that is the exception's message: that stays in the log.
    private static string ReasonOf(string check, HealthReportEntry entry)
        => entry.Exception is null && entry.Description is { Length: > 0 } reason ? reason : $"{check} is {entry.Status}";
}

/// <param name="Reasons">In words, why it is not healthy.</param>
public sealed record HealthView(string Status, IReadOnlyList<string> Reasons, IReadOnlyDictionary<string, CheckView> Checks);

public sealed record CheckView(string Status, IReadOnlyDictionary<string, object> Data);
