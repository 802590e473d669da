using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Reading;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using RabbitMQ.Client.Exceptions;
using Xunit;
using static Pathways.Services.Tests.InstitutionFeed.FeedCalls;

namespace Pathways.Services.Tests.InstitutionFeed;

public sealed class InstitutionFeedTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_public_event_reaches_the_institutions_queue_and_can_be_read_again_from_the_first()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
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
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        using var client = service.Client(Tenant, "feed");
        var opened = await OpenAsync(client);
        string unknown = Event(Tenant, "statement-1", 1, "pathways.learning-record.learner-applauded.v7");

        await wire.PublishAsync("learning-record.learner-applauded.v7", unknown);

        Assert.Equal([unknown], await wire.ReadStreamAsync(opened.Queue, 1));
    }

    [Fact]
    public async Task A_queue_that_two_replicas_open_at_once_is_filled_by_one()
    {
        const string queue = "institution.utah-state.twice";
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        await using var wire = await RawBroker.ConnectAsync(broker.AdminUri);
        var queues = service.Services.GetRequiredService<InstitutionQueues>();
        bool isOpen = false;
        var (filling, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        string[] events = [Event(Tenant, "statement-1", 1, Known), Event(Tenant, "statement-1", 2, Known)];

        var first = queues.OpenAsync(Tenant, queue, IsOpenAsync, BacklogAsync(), NobodyElseAsync, Cancellation);
        await filling.Task.WaitAsync(Cancellation);
        await Assert.ThrowsAsync<OperationInterruptedException>(() => queues.OpenAsync(Tenant, queue, IsOpenAsync, AsyncEnumerable.Empty<FeedItem>(), OpenedAsync, Cancellation));
        goOn.SetResult();
        await first;
        await queues.OpenAsync(Tenant, queue, IsOpenAsync, AsyncEnumerable.Empty<FeedItem>(), OpenedAsync, Cancellation);

        Assert.Equal(events, await wire.ReadStreamAsync(queue, 2));

        Task<bool> IsOpenAsync() => Task.FromResult(isOpen);

        Task OpenedAsync()
        {
            isOpen = true;
            return Task.CompletedTask;
        }

        // Until the opening is told, the turn is held.
        async Task NobodyElseAsync()
        {
            await Assert.ThrowsAsync<OperationInterruptedException>(() => queues.OpenAsync(Tenant, queue, IsOpenAsync, AsyncEnumerable.Empty<FeedItem>(), OpenedAsync, Cancellation));
            await OpenedAsync();
        }

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
        await using var service = await StartAsync(servers, broker);
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

    [Theory]
    [InlineData("/feed/events")]
    [InlineData("/feed/stream")]
    public async Task Tells_who_has_read_further_than_the_feed_reaches(string path)
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        using var client = service.Client(Tenant, "feed");

        // 999999, as a cursor.
        using var answer = await client.GetAsync($"{path}?after=OTk5OTk5", Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("cursor-beyond-end", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_anything_to_tell_begins_at_once()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        using var client = service.Client(Tenant, "feed");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        // Less than the pause between two signs of life.
        patience.CancelAfter(TimeSpan.FromSeconds(10));

        using var answer = await client.GetAsync("/feed/stream", HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));

        Assert.Equal("event: alive", await lines.ReadLineAsync(patience.Token));
    }

    [Fact]
    public async Task Streams_server_sent_events_and_resumes_after_the_last_one_seen()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
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
        await using var service = await StartAsync(servers, broker);
        using var client = service.Client(Tenant, "feed");

        using var answer = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest("../#"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("queue-name-invalid", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stream_goes_on_after_a_cursor_of_ours_and_has_no_limit()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var service = await StartAsync(servers, broker);
        using var client = service.Client(Tenant, "feed");
        foreach (var (query, code, place) in new[] { ("after=x", "invalid-cursor", "after"), ("limit=5", "unknown-parameter", "limit") })
        {
            using var answer = await client.GetAsync("/feed/stream?" + query, Cancellation);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.Equal((code, place), (problem.GetProperty("code").GetString(), problem.GetProperty("place").GetString()));
        }
    }

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
