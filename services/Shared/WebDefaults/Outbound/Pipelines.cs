using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pathways.WebDefaults.Outbound;

/// <summary>The pipeline of each <see cref="Dependency"/>, made for its first call and kept with its circuit.</summary>
/// <param name="failed">What speaks against whom was called; that nothing came in time always does.</param>
/// <param name="busy">What another try may better, though whom was called works.</param>
public sealed class Pipelines<T>(TimeProvider time, Predicate<Outcome<T>> failed, Predicate<Outcome<T>>? busy = null)
{
    private readonly ConcurrentDictionary<Dependency, ResiliencePipeline<T>> _pipelines = new();

    public int Count => _pipelines.Count;

    public ResiliencePipeline<T> Of(Dependency dependency)
    {
        // Rather forget one than grow with every address that there ever was.
        while (_pipelines.Count >= Dependency.MostPipelines && !_pipelines.ContainsKey(dependency)) _pipelines.TryRemove(_pipelines.First().Key, out _);
        return _pipelines.GetOrAdd(dependency, Build);
    }

    private ResiliencePipeline<T> Build(Dependency dependency)
    {
        var pipeline = new ResiliencePipelineBuilder<T> { TimeProvider = time };
        if (dependency.Retries > 0)
        {
            pipeline.AddTimeout(dependency.Total).AddRetry(new RetryStrategyOptions<T>
            {
                ShouldHandle = call => ValueTask.FromResult(
                    call.Context.Properties.GetValue(Dependency.MayRepeat, defaultValue: true) && (HasFailed(call.Outcome) || busy?.Invoke(call.Outcome) == true)),
                MaxRetryAttempts = dependency.Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = dependency.Pause,
                UseJitter = true,
                DelayGenerator = call => ValueTask.FromResult(call.Context.Properties.GetValue(Dependency.Wait, defaultValue: null)),
            });
        }
        if (dependency.Circuit is { } circuit)
        {
            pipeline.AddCircuitBreaker(new CircuitBreakerStrategyOptions<T>
            {
                ShouldHandle = call => ValueTask.FromResult(HasFailed(call.Outcome)),
                FailureRatio = 0.5,
                MinimumThroughput = circuit.Calls,
                SamplingDuration = circuit.Within,
                BreakDuration = circuit.Open,
            });
        }
        return pipeline.AddTimeout(dependency.Attempt).Build();
    }

    private bool HasFailed(Outcome<T> outcome) => outcome.Exception is TimeoutRejectedException || failed(outcome);
}
