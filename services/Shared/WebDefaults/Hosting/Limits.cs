using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pathways.WebDefaults;

/// <summary>What one caller may cost: bytes, time, requests per second. Configuration section <c>Limits</c>.</summary>
public sealed record Limits
{
    public long BodyBytes { get; init; } = 1024 * 1024;

    public int RequestSeconds { get; init; } = 30;

    /// <summary>Per tenant and client, sustained.</summary>
    public int RequestsPerSecond { get; init; } = 500;

    /// <summary>Per tenant and client, at once.</summary>
    public int Burst { get; init; } = 2000;
}

public static class LimitsExtensions
{
    /// <summary>The route takes a body of another size than the usual 1 MiB.</summary>
    public static TBuilder AllowBody<TBuilder>(this TBuilder builder, long bytes)
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMetadata(new RequestSizeLimitAttribute(bytes));

    internal static void AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var limits = configuration.GetSection("Limits").Get<Limits>() ?? new Limits();
        services.AddSingleton(limits);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
            // More than the door lets through, with the headers that it adds: past these the server answers with a bare status.
            // How many headers (100) is left to the server, bare status and all: the door can't count them, and a name that is
            // repeated costs time in the square of its count.
            kestrel.Limits.MaxRequestHeadersTotalSize = 72 * 1024;
            kestrel.Limits.MaxRequestLineSize = 20 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(limits.RequestSeconds),
            WriteTimeoutResponse = http => Problem.Of(ProblemCodes.Timeout).ExecuteAsync(http),
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => PartitionOf(http, limits));
            limiter.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "1";
                return new ValueTask(Problem.Of(ProblemCodes.TooManyRequests).ExecuteAsync(rejected.HttpContext));
            };
        });
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext http, Limits limits)
    {
        // Without a token the address is all there is; behind the door it is the one the door forwards.
        string who = http.User.Identity is { IsAuthenticated: true }
            ? $"{http.Caller().Tenant}/{http.Caller().ClientId}"
            : $"address/{http.Connection.RemoteIpAddress}";
        return RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = Math.Max(1, limits.RequestsPerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            QueueLimit = 0,
        });
    }
}
