using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using RabbitMQ.Client;
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

    /// <summary>The queue that is bound again takes every event, and none comes back that would tell of the other.</summary>
    [Fact]
    public async Task What_comes_while_only_the_first_of_two_queues_can_be_bound_again_is_in_both()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        string[] queues = [(await OpenAsync(client)).Queue, (await OpenAsync(client, "warehouse")).Queue];
        var status = service.Services.GetRequiredService<EventStoreStatus>();

        await HoldAllAsync(
            wire, queues,
            lose: async () =>
            {
                await ForbidBindingAsync(broker, "warehouse");
                await wire.Channel.ExchangeDeleteAsync(BrokerTopology.Feed, cancellationToken: Cancellation);
            },
            goOn: async () =>
            {
                await Eventually.TrueAsync(
                    () => status.Followers.Any(follower => follower is { Kind: FollowerKind.Subscription, Error: not null }), Patience, "a repair that has failed", Cancellation);
                await broker.ImportTopologyAsync();
            });
    }

    [Fact]
    public async Task What_comes_while_another_process_has_bound_only_the_first_of_two_queues_is_in_both()
    {
        var watch = new WatchedBroker();
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker, watch.Watch);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        await using var another = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var first = await OpenAsync(client);
        var second = await OpenAsync(client, "warehouse");
        var before = await PublishAsync(wire, Tenant, "statement-1", 1, 3);
        await wire.ReadStreamAsync(second.Queue, 3);

        watch.BeforeEach = async () =>
        {
            watch.BeforeEach = () => Task.CompletedTask;
            await another.Channel.ExchangeDeleteAsync(BrokerTopology.Feed, cancellationToken: Cancellation);
            await ExecuteAsync(service.Database.DaemonConnectionString, "update read.feed_queue set bound_at = null");
            await another.Channel.ExchangeDeclareAsync(BrokerTopology.Feed, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: Cancellation);
            await another.Channel.QueueBindAsync(first.Queue, first.Exchange, first.BindingKey, cancellationToken: Cancellation);
            await ExecuteAsync(service.Database.DaemonConnectionString, "update read.feed_queue set bound_at = now() where name = ''");
        };
        var after = await PublishAsync(wire, Tenant, "statement-1", 4, 6);

        Assert.Equal([.. before, .. after], await wire.ReadStreamAsync(second.Queue, 6));
        // What was sent for the sake of the other comes twice.
        Assert.Equal([.. before, .. after], (await wire.ReadStreamAsync(first.Queue, 7)).Distinct());
    }

    [Fact]
    public async Task What_comes_after_an_upgrade_is_in_a_queue_that_the_build_before_has_left_unbound()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        var old = await StartAsync(servers, broker);
        string queue;
        await using (old)
        {
            using var client = old.Client(Tenant, "feed");
            await OpenAsync(client);
            var opened = await OpenAsync(client, "warehouse");
            queue = opened.Queue;
            await wire.Channel.QueueUnbindAsync(queue, opened.Exchange, opened.BindingKey, cancellationToken: Cancellation);
        }
        await ExecuteAsync(old.Database.OwnerConnectionString, "alter table read.feed_queue drop column bound_at");

        await using var upgraded = await StartBesideAsync(old, broker);
        var events = await PublishAsync(wire, Tenant, "statement-1", 1, 3);

        Assert.Equal(events, await wire.ReadStreamAsync(queue, 3));
    }

    [Fact]
    public async Task An_event_that_comes_back_again_and_again_is_tried_less_and_less_often()
    {
        var watch = new WatchedBroker();
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker, watch.Watch);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        await using var another = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client);
        var tries = new List<long>();

        watch.BeforeEach = async () =>
        {
            tries.Add(TimeProvider.System.GetTimestamp());
            if (tries.Count < 5) await another.Channel.QueueUnbindAsync(opened.Queue, opened.Exchange, opened.BindingKey, cancellationToken: Cancellation);
        };
        var events = await PublishAsync(wire, Tenant, "statement-1", 1, 1);

        Assert.Equal(events, await wire.ReadStreamAsync(opened.Queue, 1));
        var pauses = tries.Zip(tries.Skip(1), (one, next) => TimeProvider.System.GetElapsedTime(one, next).TotalMilliseconds).ToList();
        Assert.Equal(4, pauses.Count);
        Assert.All(pauses.Zip([100, 200, 400, 800]), pause => Assert.InRange(pause.First, pause.Second * 0.9, 30_000));
    }

    [Fact]
    public async Task A_queue_that_can_not_be_bound_holds_up_nobody_while_its_institution_is_silent()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        using var neighbour = service.Client("hutchinson", "feed");
        await OpenAsync(client, "warehouse");
        var opened = await OpenAsync(neighbour);

        await ForbidBindingAsync(broker, "warehouse");
        await ExecuteAsync(service.Database.DaemonConnectionString, "update read.feed_queue set bound_at = null");
        var events = await PublishAsync(wire, "hutchinson", "statement-1", 1, 3);

        Assert.Equal(events, await wire.ReadStreamAsync(opened.Queue, 3));
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>To bind a queue is to write to it. Until the topology is imported.</summary>
    private static async Task ForbidBindingAsync(Broker broker, string name)
    {
        using var answer = await broker.Server.Management.PutAsJsonAsync(
            new Uri($"permissions/{broker.VirtualHost}/institution-feed", UriKind.Relative),
            new { configure = ".*", write = $"^(?!{BrokerTopology.OfInstitution(Tenant, name)}$)", read = ".*" }, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Of two streams, so that more than one event is on its way when the first comes back.</summary>
    private static async Task HoldAllAsync(RawBroker wire, IReadOnlyList<string> queues, Func<Task> lose, Func<Task>? goOn = null)
    {
        string[] streams = ["statement-1", "statement-2"];
        var published = streams.ToDictionary(stream => stream, _ => new List<string>());
        foreach (string stream in streams) published[stream].AddRange(await PublishAsync(wire, Tenant, stream, 1, 3));
        foreach (string queue in queues) await wire.ReadStreamAsync(queue, 6);

        await lose();
        foreach (string stream in streams) published[stream].AddRange(await PublishAsync(wire, Tenant, stream, 4, 10));
        if (goOn is not null) await goOn();

        foreach (string queue in queues)
        {
            var held = await wire.ReadStreamAsync(queue, 20);
            foreach (string stream in streams)
                Assert.Equal(published[stream], held.Where(text => text.Contains($"\"{stream}\"", StringComparison.Ordinal)));
        }
    }
}
