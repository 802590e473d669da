using Pathways.Messaging;
using Pathways.Messaging.Feed;
using Pathways.Shared.Tests.WebDefaults;
using Pathways.WebDefaults.Outbound;
using Polly.CircuitBreaker;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

/// <summary>Managing queues while nobody listens where the broker should be.</summary>
public sealed class BrokerAwayTests
{
    private readonly PausingClock _clock = new();

    [Fact]
    public async Task A_broker_that_is_away_is_tried_a_few_times_and_then_left_alone_for_a_while()
    {
        var queues = new InstitutionQueues(new MessagingOptions("institution-feed", new Uri("amqp://guest:guest@127.0.0.1:9/"), new Dictionary<string, Uri>(), Access: null), _clock);

        await Assert.ThrowsAsync<BrokerUnreachableException>(() => AskAsync(queues));
        Assert.Equal(Dependency.Broker.Retries, _clock.Pauses.Count);

        await Assert.ThrowsAsync<BrokenCircuitException>(() => AskAsync(queues));
        int pauses = _clock.Pauses.Count;
        await Assert.ThrowsAsync<BrokenCircuitException>(() => AskAsync(queues));
        Assert.Equal(pauses, _clock.Pauses.Count);

        // The trial, a pause, and it is alone again.
        _clock.Advance(Dependency.Broker.Circuit!.Open + TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => AskAsync(queues));
        Assert.Equal(pauses + 1, _clock.Pauses.Count);
    }

    private static Task<bool> AskAsync(InstitutionQueues queues) => queues.ExistsAsync("somebody's", TestContext.Current.CancellationToken);
}
