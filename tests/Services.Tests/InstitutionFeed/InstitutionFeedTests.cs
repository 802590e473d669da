using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.InstitutionFeed;
using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Reading;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pathways.Services.Tests.InstitutionFeed;

public sealed class InstitutionFeedTests(TestServers servers)
{
    private const string Tenant = "utah-state";
    private const string Known = "pathways.learning-record.achievement-withdrawn.v1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_public_event_reaches_the_institutions_queue_and_can_be_read_again_from_the_first()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");

        var before = await PublishAsync(wire, Tenant, "statement-1", 1, 5);
        await PublishAsync(wire, "hutchinson", "statement-9", 1, 3);
        await ReceivedAsync(client, 5);
        var opened = await OpenAsync(client);
        var after = await PublishAsync(wire, Tenant, "statement-1", 6, 10);

        string[] expected = [.. before, .. after];
        Assert.Equal(expected, await wire.ReadStreamAsync(opened.Queue, 10));
        Assert.Equal(expected, await wire.ReadStreamAsync(opened.Queue, 10));
        Assert.Equal("institution.utah-state", opened.Queue);
        Assert.DoesNotContain("@", opened.Broker.ToString(), StringComparison.Ordinal);
        Assert.All(expected.Select(text => JsonDocument.Parse(text).RootElement), IsCloudEvent);
    }

    [Fact]
    public async Task Passes_on_events_of_a_type_that_this_build_does_not_know()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client);
        string unknown = Event(Tenant, "statement-1", 1, "pathways.learning-record.learner-applauded.v7");

        await wire.PublishAsync("learning-record.learner-applauded.v7", unknown);

        Assert.Equal([unknown], await wire.ReadStreamAsync(opened.Queue, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opens_a_queue_again_that_the_broker_has_lost_with_all_that_was_in_it(bool withItsExchange)
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
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
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        string[] queues = [(await OpenAsync(client)).Queue, (await OpenAsync(client, "warehouse")).Queue];

        await HoldAllAsync(wire, queues, () => wire.Channel.ExchangeDeleteAsync(BrokerTopology.Feed, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_comes_after_the_broker_has_lost_a_binding_alone_is_in_the_queue_and_in_order()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
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
        await using var service = await StartAsync(broker);
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

    [Fact]
    public async Task A_queue_that_two_replicas_open_at_once_is_filled_by_one()
    {
        const string queue = "institution.utah-state.twice";
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        var queues = service.Services.GetRequiredService<InstitutionQueues>();
        var (filling, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        string[] events = [Event(Tenant, "statement-1", 1, Known), Event(Tenant, "statement-1", 2, Known)];

        var first = queues.OpenAsync(Tenant, queue, NotYet, BacklogAsync(), Cancellation);
        await filling.Task.WaitAsync(Cancellation);
        await Assert.ThrowsAsync<OperationInterruptedException>(() => queues.OpenAsync(Tenant, queue, NotYet, AsyncEnumerable.Empty<FeedItem>(), Cancellation));
        goOn.SetResult();
        await first;
        await queues.OpenAsync(Tenant, queue, () => Task.FromResult(true), AsyncEnumerable.Empty<FeedItem>(), Cancellation);

        Assert.Equal(events, await wire.ReadStreamAsync(queue, 2));

        static Task<bool> NotYet() => Task.FromResult(false);

        async IAsyncEnumerable<FeedItem> BacklogAsync()
        {
            yield return FeedItem.Of(events[0], traceParent: null);
            filling.SetResult();
            await goOn.Task;
            yield return FeedItem.Of(events[1], traceParent: null);
        }
    }

    [Fact]
    public async Task Reads_in_pages_only_what_is_the_tenants_and_goes_on_where_it_was_left()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var events = await PublishAsync(wire, Tenant, "statement-1", 1, 5);
        await PublishAsync(wire, "hutchinson", "statement-9", 1, 3);
        await ReceivedAsync(client, 5);

        var first = await PageAsync(client, "/feed/events?limit=3");
        var second = await PageAsync(client, $"/feed/events?limit=3&after={first.Next}");
        var nothing = await PageAsync(client, $"/feed/events?limit=3&after={second.Next}");
        var more = await PublishAsync(wire, Tenant, "statement-1", 6, 6);
        await ReceivedAsync(client, 6);
        var third = await PageAsync(client, $"/feed/events?limit=3&after={nothing.Next}");

        string[] read = [.. first.Items.Concat(second.Items).Concat(third.Items).Select(item => item.GetRawText())];
        Assert.Equal([.. events, .. more], read);
        Assert.Empty(nothing.Items);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync(new Uri("/feed/events?after=nonsense", UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Streams_server_sent_events_and_resumes_after_the_last_one_seen()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var events = await PublishAsync(wire, Tenant, "statement-1", 1, 4);

        var seen = await FollowAsync(client, null, 2);
        var rest = await FollowAsync(client, seen[^1].Id, 2);

        Assert.Equal(events, seen.Concat(rest).Select(item => item.Data));
    }

    [Fact]
    public async Task Refuses_a_queue_name_that_the_broker_would_misread()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        using var client = service.Client(Tenant, "feed");

        using var answer = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest("../#"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("queue-name-invalid", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private async Task<ServiceUnderTest> StartAsync(Broker broker) => await ServiceUnderTest.StartAsync(
        await servers.PostgresAsync(), InstitutionFeedService.Definition, new Dictionary<string, string?> { ["RabbitMq:Uri"] = broker.Uri("institution-feed") });

    private static async Task<List<string>> PublishAsync(RawBroker wire, string tenant, string stream, int from, int to)
    {
        var published = new List<string>();
        for (int version = from; version <= to; version++)
        {
            published.Add(Event(tenant, stream, version, "pathways.learning-record.achievement-withdrawn.v1"));
            await wire.PublishAsync("learning-record.achievement-withdrawn.v1", published[^1]);
        }
        return published;
    }

    private static string Event(string tenant, string stream, int version, string type) => new CloudEvent(
        Guid.CreateVersion7(), CloudEvent.SourceOf(tenant, "learning-record"), type, stream, DateTimeOffset.UtcNow, $"{version}", $"{version - 1}",
        DateTimeOffset.UtcNow, "correlation-1", null,
        JsonSerializer.SerializeToElement(new { learnerId = "learner-1", recordId = $"record-{version}", activityId = "https://example.org/a", reason = "voided" })).ToJson();

    private static void IsCloudEvent(JsonElement read)
    {
        foreach (string required in new[] { "id", "source", "type" }) Assert.NotEmpty(read.GetProperty(required).GetString()!);
        Assert.Equal("1.0", read.GetProperty("specversion").GetString());
        Assert.Equal("application/json", read.GetProperty("datacontenttype").GetString());
        Assert.True(read.GetProperty("time").TryGetDateTimeOffset(out _));
        // CloudEvents 1.0, 3.1: attribute names are lower-case letters and digits; nothing here is nested but the data.
        Assert.All(read.EnumerateObject(), attribute =>
        {
            Assert.Matches("^[a-z0-9]{1,20}$", attribute.Name);
            if (attribute.Name != "data") Assert.Equal(JsonValueKind.String, attribute.Value.ValueKind);
        });
    }

    [Fact]
    public async Task The_stream_goes_on_after_a_cursor_of_ours_and_has_no_limit()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        using var client = service.Client(Tenant, "feed");
        foreach (var (query, code, place) in new[] { ("after=x", "invalid-cursor", "after"), ("limit=5", "unknown-parameter", "limit") })
        {
            using var answer = await client.GetAsync("/feed/stream?" + query, Cancellation);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.Equal((code, place), (problem.GetProperty("code").GetString(), problem.GetProperty("place").GetString()));
        }
    }

    private static async Task<QueueView> OpenAsync(HttpClient client, string? name = null)
    {
        using var answer = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest(name), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.TrueAsync(async () => (await OpenedAsync()).Ready, Patience, "a queue that is ready", Cancellation);
        using var again = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest(name), Cancellation);
        Assert.True((await again.Content.ReadFromJsonAsync<QueueView>(Cancellation))!.Ready);
        return await OpenedAsync();

        async Task<QueueView> OpenedAsync() => (await QueuesAsync(client)).Single(queue => queue.Name == (name ?? ""));
    }

    private static async Task<List<QueueView>> QueuesAsync(HttpClient client) => (await client.GetFromJsonAsync<List<QueueView>>("/feed/queues", Cancellation))!;

    private static async Task<FeedPage> PageAsync(HttpClient client, string path) => (await client.GetFromJsonAsync<FeedPage>(path, Cancellation))!;

    private static Task ReceivedAsync(HttpClient client, int count) => Eventually.TrueAsync(
        async () => (await PageAsync(client, "/feed/events?limit=200")).Items.Count >= count, Patience, $"{count} events in the feed", Cancellation);

    private static async Task<List<(string Id, string Data)>> FollowAsync(HttpClient client, string? last, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/feed/stream");
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        var items = new List<(string, string)>();
        string data = "";
        while (items.Count < count && await lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line["data: ".Length..];
            if (line.StartsWith("id: ", StringComparison.Ordinal)) items.Add((line["id: ".Length..], data));
        }
        return items;
    }
}
