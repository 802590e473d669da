using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.InstitutionFeed.FeedCalls;

namespace Pathways.Services.Tests.InstitutionFeed;

/// <summary>What the broker has lost of an institution's queue comes back by itself, and no event is missing in it.</summary>
public sealed class LostQueues(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opens_a_queue_again_that_the_broker_has_lost_with_all_that_was_in_it(bool withItsExchange)
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client, "warehouse");
        var other = await OpenAsync(client);
        var before = await PublishAsync(wire, Tenant, "statement-1", 1, 5);
        await wire.ReadStreamAsync(opened.Queue, 5);

        if (withItsExchange) await wire.Channel.ExchangeDeleteAsync(BrokerTopology.Feed, cancellationToken: Cancellation);
        await wire.Channel.QueueDeleteAsync(opened.Queue, ifUnused: false, ifEmpty: false, cancellationToken: Cancellation);
        var queues = service.Services.GetRequiredService<InstitutionQueues>();
        await Eventually.TrueAsync(
            async () => await queues.ExistsAsync(opened.Queue, Cancellation) && (await QueuesAsync(client)).All(queue => queue.Ready), Patience, "open again", Cancellation);
        var after = await PublishAsync(wire, Tenant, "statement-1", 6, 10);

        Assert.Equal([.. before, .. after], await wire.ReadStreamAsync("institution.utah-state.warehouse", 10));
        Assert.Equal([.. before, .. after], await wire.ReadStreamAsync(other.Queue, 10));
    }

    [Fact]
    public async Task What_comes_after_the_broker_has_lost_the_exchange_alone_is_in_every_queue_and_in_order()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        string[] queues = [(await OpenAsync(client)).Queue, (await OpenAsync(client, "warehouse")).Queue];

        await HoldAllAsync(wire, queues, () => wire.Channel.ExchangeDeleteAsync(BrokerTopology.Feed, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_comes_after_the_broker_has_lost_a_binding_alone_is_in_the_queue_and_in_order()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client);

        await HoldAllAsync(
            wire, [opened.Queue], () => wire.Channel.QueueUnbindAsync(opened.Queue, opened.Exchange, opened.BindingKey, cancellationToken: Cancellation));
    }

    /// <summary>The follower that publishes is the one that opens queues: it must not wait for one that is gone.</summary>
    [Fact]
    public async Task What_comes_while_the_queue_is_gone_is_in_the_one_that_is_opened_again()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client);

        await wire.Channel.QueueDeleteAsync(opened.Queue, ifUnused: false, ifEmpty: false, cancellationToken: Cancellation);
        var events = await PublishAsync(wire, Tenant, "statement-1", 1, 5);
        var queues = service.Services.GetRequiredService<InstitutionQueues>();
        await Eventually.TrueAsync(() => queues.ExistsAsync(opened.Queue, Cancellation), Patience, "open again", Cancellation);

        Assert.Equal(events, await wire.ReadStreamAsync(opened.Queue, 5));
    }

    /// <summary>Of two streams, so that more than one event is on its way when the first comes back.</summary>
    private static async Task HoldAllAsync(RawBroker wire, IReadOnlyList<string> queues, Func<Task> lose)
    {
        string[] streams = ["statement-1", "statement-2"];
        var published = streams.ToDictionary(stream => stream, _ => new List<string>());
        foreach (string stream in streams) published[stream].AddRange(await PublishAsync(wire, Tenant, stream, 1, 3));
        foreach (string queue in queues) await wire.ReadStreamAsync(queue, 6);

        await lose();
        foreach (string stream in streams) published[stream].AddRange(await PublishAsync(wire, Tenant, stream, 4, 10));

        foreach (string queue in queues)
        {
            var held = await wire.ReadStreamAsync(queue, 20);
            foreach (string stream in streams)
                Assert.Equal(published[stream], held.Where(text => text.Contains($"\"{stream}\"", StringComparison.Ordinal)));
        }
    }
}
