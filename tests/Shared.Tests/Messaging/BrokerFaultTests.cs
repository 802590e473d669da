using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class BrokerFaultTests(TestServers servers)
{
    [Fact]
    public async Task Makes_a_deleted_queue_again_and_misses_nothing()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        await world.AchieveAsync("a", [1, 2, 3]);
        await world.NotedAsync("a", 3);

        await wire.Channel.QueueDeleteAsync(TwoServices.Queue, ifUnused: false, ifEmpty: false, cancellationToken: TestContext.Current.CancellationToken);
        await world.AchieveAsync("a", [4, 5, 6]);
        await world.AchieveAsync("b", [1]);

        await world.NotedAsync("a", 6);
        await world.NotedAsync("b", 1);
        Assert.Equal(Enumerable.Range(1, 6), await world.NotesAsync("a"));
        await Eventually.TrueAsync(
            async () => await wire.Channel.ConsumerCountAsync(TwoServices.Queue, TestContext.Current.CancellationToken) > 0,
            TwoServices.Patience, "a queue that is consumed again", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Notices_that_it_does_not_consume_and_starts_over()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var world = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), broker);
        await broker.ForbidAsync("credential-issuance");
        await world.StartTakerAsync();
        await world.AchieveAsync("a", [1, 2, 3]);
        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Misses > 0, TwoServices.Patience, "a queue without a consumer", TestContext.Current.CancellationToken);

        await broker.ImportTopologyAsync();

        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        await Eventually.TrueAsync(
            async () => await wire.Channel.ConsumerCountAsync(TwoServices.Queue, TestContext.Current.CancellationToken) > 0,
            TwoServices.Patience, "a consumer", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => status.Misses == 0, TwoServices.Patience, "health again", TestContext.Current.CancellationToken);
        await world.NotedAsync("a", 3);
    }

    [Fact]
    public async Task No_service_can_publish_in_anothers_name_or_read_anothers_queue()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();

        await using var publishing = await RawBroker.ConnectAsync(broker.Uri("learning-record"));
        await publishing.PublishAsync("credential-issuance.credential-issued.v1", "{}");
        await RefusedAsync(publishing);
        await using var reading = await RawBroker.ConnectAsync(broker.Uri("learning-record"));
        await Assert.ThrowsAsync<OperationInterruptedException>(() => reading.Channel.QueuePurgeAsync(TwoServices.Queue, TestContext.Current.CancellationToken));
        await using var making = await RawBroker.ConnectAsync(broker.Uri("pathway-stacking"));
        await Assert.ThrowsAsync<OperationInterruptedException>(
            () => making.Channel.QueueDeclareAsync("institution.utah-state", cancellationToken: TestContext.Current.CancellationToken));

        // A publish has no answer; the broker closes the channel.
        static Task RefusedAsync(RawBroker wire) => Eventually.TrueAsync(
            () => wire.Channel.CloseReason?.ReplyCode == Constants.AccessRefused, TwoServices.Patience, "a refusal", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Takes_commands_while_the_broker_is_away_and_delivers_all_of_it_when_it_is_back()
    {
        await using var rabbit = await RabbitServer.StartAsync();
        var broker = await rabbit.CreateVirtualHostAsync();
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), broker);
        await world.AchieveAsync("a", [1, 2, 3]);
        await world.NotedAsync("a", 3);

        await rabbit.KillAsync();
        await world.AchieveAsync("a", [4, 5, 6]);
        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Problems.Count > 0, TwoServices.Patience, "degraded", TestContext.Current.CancellationToken);
        await world.AchieveAsync("b", Enumerable.Range(1, 20));
        await using var started = await TwoServices.StartAsync(await servers.PostgresAsync(), broker);
        await started.AchieveAsync("c", [1, 2, 3]);
        await rabbit.StartAgainAsync();
        await world.AchieveAsync("a", [7]);

        await world.NotedAsync("a", 7);
        await world.NotedAsync("b", 20);
        Assert.Equal(Enumerable.Range(1, 7), await world.NotesAsync("a"));
        Assert.Equal(Enumerable.Range(1, 20), await world.NotesAsync("b"));
        await started.PublishedAsync(3);
        await Eventually.TrueAsync(() => status.Problems.Count == 0, TwoServices.Patience, "health says so", TestContext.Current.CancellationToken);
    }
}
