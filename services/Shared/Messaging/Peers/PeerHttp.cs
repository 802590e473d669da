using System.Collections.Concurrent;
using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pathways.Messaging.Peers;

/// <summary>
/// HTTP between services, within a budget: an attempt gets 5 seconds, all of them 20; a peer that keeps failing is left
/// alone for a while. Only for requests that may be repeated.
/// </summary>
public sealed class PeerHttp(IHttpClientFactory clients, TimeProvider time)
{
    public const string ClientName = "pathways-peers";

    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> _pipelines = new();

    /// <param name="peer">Whose circuit it is.</param>
    /// <param name="request">A request can be sent only once, so each attempt makes its own.</param>
    public async Task<HttpResponseMessage> SendAsync(string peer, Func<HttpRequestMessage> request, CancellationToken cancellation)
        => await _pipelines.GetOrAdd(peer, _ => Build()).ExecuteAsync(
            static async (state, token) =>
            {
                using var message = state.request();
                return await state.clients.CreateClient(ClientName).SendAsync(message, token);
            },
            (clients, request),
            cancellation);

    private ResiliencePipeline<HttpResponseMessage> Build()
    {
        var failed = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
            .HandleResult(response => response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
        return new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(TimeSpan.FromSeconds(20))
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = failed,
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = failed,
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .AddTimeout(TimeSpan.FromSeconds(5))
            .Build();
    }
}
