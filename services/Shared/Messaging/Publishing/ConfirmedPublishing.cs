using MassTransit;
using Microsoft.Extensions.Logging;
using Pathways.Messaging.Broker;
using Polly;
using Polly.Retry;

namespace Pathways.Messaging.Publishing;

/// <summary>
/// Publishes until the broker has confirmed, however long that takes: a message that was returned, refused or not answered
/// is tried again with growing delays, while health says so. A returned one can be left to the caller.
/// </summary>
public sealed class ConfirmedPublishing
{
    /// <summary>Sequential inside a lane, because concurrent publishing reorders at the producer; parallel between lanes.</summary>
    private const int Lanes = 64;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly IBroker _broker;
    private readonly MessagingStatus _status;
    private readonly ResiliencePipeline _untilConfirmed;

    public ConfirmedPublishing(IBroker broker, MessagingStatus status, TimeProvider time, ILogger<ConfirmedPublishing> logger)
    {
        _broker = broker;
        _status = status;
        _untilConfirmed = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // A broker that is away is away; everything but our own shutdown is tried again.
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is not null && !arguments.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                OnRetry = arguments =>
                {
                    status.PublishingFails(arguments.Outcome.Exception!.Message);
                    if (arguments.AttemptNumber == 0) logger.LogWarning(arguments.Outcome.Exception, "Publishing fails; trying until it is confirmed");
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(AttemptTimeout)
            .Build();
    }

    public async Task PublishAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        await _untilConfirmed.ExecuteAsync(
            static async (state, token) => await state._broker.PublishAsync(state.message, token), (_broker, message), cancellation);
        _status.PublishingWorks();
    }

    /// <summary>As <see cref="PublishAsync"/>, but a message that was returned, because no queue is bound for it, is left to the caller: false.</summary>
    public async Task<bool> TryPublishAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        bool routed = await _untilConfirmed.ExecuteAsync(
            static async (state, token) =>
            {
                try
                {
                    await state._broker.PublishAsync(state.message, token);
                    return true;
                }
                catch (MessageReturnedException)
                {
                    return false;
                }
            },
            (_broker, message), cancellation);
        // Also when it was returned: the broker has answered, and another connection to it would be answered alike.
        _status.PublishingWorks();
        return routed;
    }

    /// <summary>Keeps the order of items that have the same key.</summary>
    public async Task PublishInLanesAsync<TItem, TKey>(
        IEnumerable<TItem> items, Func<TItem, TKey> keyOf, Func<TItem, CancellationToken, Task> publish, CancellationToken cancellation)
        where TKey : notnull
    {
        var lanes = items.GroupBy(item => (uint)keyOf(item).GetHashCode() % Lanes).Select(lane => PublishOneByOneAsync(lane));
        await Task.WhenAll(lanes);

        async Task PublishOneByOneAsync(IEnumerable<TItem> lane)
        {
            foreach (var item in lane) await publish(item, cancellation);
        }
    }
}
