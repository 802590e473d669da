using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class PublishingTests(TestServers servers)
{
    [Fact]
    public async Task Publishes_public_events_in_stream_order_each_with_its_predecessor()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var services = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        string observed = await wire.ObserveAsync();

        for (int i = 0; i < 5; i++)
            foreach (string stream in new[] { "a", "b", "c" }) await services.AchieveAsync(stream, [3 * i, (3 * i) + 1, (3 * i) + 2], withRemarks: true);
        await services.PublishedAsync(90);

        var messages = await wire.DrainAsync(observed);
        Assert.Equal(45, messages.Count);
        foreach (var stream in messages.Select(message => RawBroker.Read(message.Body)).GroupBy(message => message.Stream))
        {
            Assert.Equal(Enumerable.Range(1, 15).Select(number => 2L * number), stream.Select(message => message.Version));
            Assert.Equal(Enumerable.Range(0, 15).Select(number => 2L * number), stream.Select(message => message.Previous));
        }
        var (body, properties) = messages[0];
        var first = CloudEvent.Parse(body);
        Assert.Equal("/utah-state/learning-record", first.Source);
        Assert.Equal("pathways.learning-record.achievement-recorded.v1", first.Type);
        Assert.Equal(first.Id.ToString(), properties.MessageId);
        Assert.Equal(CloudEvent.MediaType, properties.ContentType);
        Assert.True(properties.Persistent);
        Assert.Equal(first.Subject, RawBroker.Text(properties.Headers![MessageHeaders.Stream]));
    }

    [Fact]
    public async Task Publishes_a_batch_again_unchanged_when_its_position_was_not_stored()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var services = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        string observed = await wire.ObserveAsync();
        await services.AchieveAsync("a", Enumerable.Range(1, 10), withRemarks: true);
        await services.PublishedAsync(20);
        var first = await wire.DrainAsync(observed);

        await services.ForgetPublisherPositionAsync();
        await services.AchieveAsync("b", [1]);
        await services.PublishedAsync(21);

        var second = await wire.DrainAsync(observed);
        Assert.Equal(11, second.Count);
        // The other stream has a lane of its own and may come in between.
        Assert.Equal(first.Select(message => message.Body), second.Select(message => message.Body).Where(body => RawBroker.Read(body).Stream == "a"));
    }

    [Fact]
    public async Task Does_not_go_past_an_event_that_no_queue_takes()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync(withTopology: false);
        await using var services = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), broker);
        await services.AchieveAsync("a", [1, 2, 3]);

        var status = services.Source.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Problems.Any(problem => problem.StartsWith("Publishing waits", StringComparison.Ordinal)), TwoServices.Patience, "degraded", TestContext.Current.CancellationToken);
        Assert.Equal(0, await services.PublisherPositionAsync());

        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        string observed = await wire.ObserveAsync();
        await services.PublishedAsync(3);

        Assert.Equal([1L, 2L, 3L], (await wire.DrainAsync(observed)).Select(message => RawBroker.Read(message.Body).Version).Distinct());
        Assert.DoesNotContain(status.Problems, problem => problem.StartsWith("Publishing waits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keeps_what_nobody_is_bound_for_where_health_sees_it()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        foreach (string service in new[] { "institution-feed", "credential-issuance" })
            await wire.Channel.ExchangeDeleteAsync($"{service}.from.learning-record", ifUnused: false, cancellationToken: TestContext.Current.CancellationToken);
        await using var services = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), broker);

        await services.AchieveAsync("a", [1]);
        await services.PublishedAsync(1);

        var status = services.Source.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Problems.Contains("1 messages were unroutable"), TwoServices.Patience, "health says so", TestContext.Current.CancellationToken);
    }
}
