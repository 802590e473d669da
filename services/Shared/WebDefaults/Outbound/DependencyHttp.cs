using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Polly;

namespace Pathways.WebDefaults.Outbound;

/// <summary>
/// HTTP to whom the operator has named: other services, Access, the broker's management. Within the budget of each, and tried again
/// only when that does no harm: by a method that may be repeated (RFC 9110, 9.2.2), with an Idempotency-Key, or <see cref="Repeatable"/>.
/// </summary>
public sealed class DependencyHttp(IHttpClientFactory clients, TimeProvider time)
{
    public const string ClientName = "pathways-dependencies";

    private static readonly HttpRequestOptionsKey<bool> IsRepeatable = new("pathways.repeatable");

    private readonly TimeProvider _time = time;

    private readonly Pipelines<HttpResponseMessage> _pipelines = new(
        time,
        failed: outcome => outcome.Exception is HttpRequestException || outcome.Result is { StatusCode: >= HttpStatusCode.InternalServerError },
        busy: outcome => outcome.Result is { StatusCode: HttpStatusCode.TooManyRequests });

    /// <param name="request">A request can be sent only once, so each attempt makes its own.</param>
    /// <param name="until">What the budget is for. What is read of the answer after its headers is the caller's to limit.</param>
    /// <exception cref="HttpRequestException">It can't be reached.</exception>
    /// <exception cref="ExecutionRejectedException">It did not answer in time, or is left alone for a while.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Dependency dependency, Func<HttpRequestMessage> request, CancellationToken cancellation,
        HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        var context = ResilienceContextPool.Shared.Get(cancellation);
        var lastTry = _time.GetUtcNow() + dependency.Total - dependency.Attempt;
        try
        {
            return await _pipelines.Of(dependency).ExecuteAsync(
                static async (context, call) =>
                {
                    using var message = call.request();
                    context.Properties.Set(Dependency.MayRepeat, MayRepeat(message));
                    context.Properties.Set(Dependency.Wait, null);
                    var answer = await call.clients.CreateClient(ClientName).SendAsync(message, call.until, context.CancellationToken);
                    Heed(answer, context, call._time.GetUtcNow(), call.lastTry);
                    return answer;
                },
                context, (clients, request, until, _time, lastTry));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Twice it does what it does once, though its method does not say so.</summary>
    public static HttpRequestMessage Repeatable(HttpRequestMessage request)
    {
        request.Options.Set(IsRepeatable, true);
        return request;
    }

    /// <summary>Not an answer, and none to be had just now.</summary>
    public static bool IsAway(Exception error) => error is HttpRequestException or ExecutionRejectedException;

    /// <summary>
    /// Who is asked too much says when to come again: then, or within this call not at all. A try that had less than its time left would
    /// be cut off, and the caller would learn that nothing came in time instead of when to come again.
    /// </summary>
    private static void Heed(HttpResponseMessage answer, ResilienceContext context, DateTimeOffset now, DateTimeOffset lastTry)
    {
        var after = answer.StatusCode == HttpStatusCode.TooManyRequests ? answer.Headers.RetryAfter : null;
        var wait = after?.Delta ?? after?.Date - now;
        context.Properties.Set(Dependency.Wait, wait);
        if (now + wait > lastTry) context.Properties.Set(Dependency.MayRepeat, false);
    }

    private static bool MayRepeat(HttpRequestMessage request)
        => request.Method.Method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE"
            || request.Headers.Contains("Idempotency-Key")
            || (request.Options.TryGetValue(IsRepeatable, out bool repeatable) && repeatable);
}

public static class DependencyHttpServices
{
    public static IServiceCollection AddDependencyHttp(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpClient(DependencyHttp.ClientName);
        services.TryAddSingleton<DependencyHttp>();
        return services;
    }
}
