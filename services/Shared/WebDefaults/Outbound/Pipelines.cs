using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pathways.WebDefaults.Outbound;

/// <summary>The pipeline of each <see cref="Dependency"/>, made for its first call and kept with its circuit.</summary>
/// <param name="failed">
/// What speaks against whom was called. That nothing came in time always does, whether a try or all of them had no more; that the caller
/// hung up does not.
/// </param>
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
            pipeline.AddTimeout(new TimeoutStrategyOptions
            {
                TimeoutGenerator = call =>
                {
                    // In here there is one token for both, so what tells them apart is kept.
                    call.Context.Properties.Set(Dependency.Caller, call.Context.CancellationToken);
                    return ValueTask.FromResult(dependency.Total);
                },
            }).AddRetry(new RetryStrategyOptions<T>
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
            var state = new CircuitBreakerStateProvider();
            pipeline.AddCircuitBreaker(new CircuitBreakerStrategyOptions<T>
            {
                StateProvider = state,
                ShouldHandle = call => ValueTask.FromResult(HasFailed(call.Outcome) || (IsCutOff(call) && SpeaksAgainst(call.Context, state))),
                FailureRatio = 0.5,
                MinimumThroughput = circuit.Calls,
                SamplingDuration = circuit.Within,
                BreakDuration = circuit.Open,
            });
        }
        return pipeline.AddTimeout(dependency.Attempt).Build();
    }

    private static bool IsCutOff(CircuitBreakerPredicateArguments<T> call)
        => call.Outcome.Exception is OperationCanceledException && call.Context.CancellationToken.IsCancellationRequested;

    /// <summary>
    /// A try that is cut off from outside counts as a success unless it is said to have failed, and one success closes a half-open circuit:
    /// a trial whose caller hung up has shown nothing, so the next trial is to come.
    /// </summary>
    private static bool SpeaksAgainst(ResilienceContext context, CircuitBreakerStateProvider state)
        => !context.Properties.GetValue(Dependency.Caller, context.CancellationToken).IsCancellationRequested || state.CircuitState == CircuitState.HalfOpen;

    private bool HasFailed(Outcome<T> outcome) => outcome.Exception is TimeoutRejectedException || failed(outcome);
}
