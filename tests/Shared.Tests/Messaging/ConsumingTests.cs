using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class ConsumingTests(TestServers servers)
{
    private static readonly int[] OneToFifty = [.. Enumerable.Range(1, 50)];

    [Fact]
    public async Task Takes_every_event_once_and_in_order()
    {
        await using var world = await WorldAsync();
        await world.AchieveAsync("a", OneToFifty, withRemarks: true);
        await world.AchieveAsync("b", OneToFifty);

        await world.NotedAsync("a", 50);
        await world.NotedAsync("b", 50);

        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
        Assert.Equal(OneToFifty, await world.NotesAsync("b"));
    }

    [Fact]
    public async Task Takes_each_streams_events_in_order_when_streams_go_side_by_side_and_one_of_them_is_parked()
    {
        var rabbit = await servers.RabbitAsync();
        await using var world = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), await rabbit.CreateVirtualHostAsync());
        world.LaneOf = incoming => incoming.Stream;
        world.Poison.Records["poisoned/record-3"] = true;
        string[] streams = [.. Enumerable.Range(0, 12).Select(number => $"side-{number}")];
        foreach (var stream in streams) await world.AchieveAsync(stream, OneToFifty);
        await world.AchieveAsync("poisoned", OneToFifty);

        await world.StartTakerAsync();
        foreach (var stream in streams) await world.NotedAsync(stream, 50);
        await world.TakenAsync("poisoned", 50);

        foreach (var stream in streams) Assert.Equal(OneToFifty, await world.NotesAsync(stream));
        Assert.Equal([1, 2], await world.NotesAsync("poisoned"));
    }

    [Fact]
    public async Task Takes_events_that_are_published_twice_once()
    {
        await using var world = await WorldAsync();
        await world.AchieveAsync("a", OneToFifty);
        await world.NotedAsync("a", 50);

        await world.ForgetPublisherPositionAsync();
        await world.AchieveAsync("b", [1]);
        await world.NotedAsync("b", 1);

        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Takes_each_event_once_in_order_when_all_come_three_times_shuffled_and_some_never()
    {
        await using var world = await TamperedAsync(messages =>
        {
            var random = new Random(20260101);
            var tampered = messages.Concat(messages).Concat(messages)
                .Where(message => RawBroker.Read(message.Body).Version is not (7 or 8 or 23)).ToArray();
            random.Shuffle(tampered);
            return tampered;
        });

        await world.NotedAsync("a", 50);
        await world.TakenAsync("a", 50);

        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Finds_out_by_itself_that_the_last_message_of_a_stream_never_came()
    {
        await using var world = await TamperedAsync(messages => messages[..47]);

        await world.NotedAsync("a", 50);

        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Without_the_cursor_the_same_messages_have_their_effects_again()
    {
        await using var world = await TamperedAsync(messages => [.. messages, .. messages, .. messages], beforeSending: CutCursorAsync);

        await world.NotedAsync("a", 51);

        Assert.NotEqual(OneToFifty, await world.NotesAsync("a"));

        static Task CutCursorAsync(TwoServices world) => TwoServices.ScalarAsync(
            world.TakerSuperuser,
            """
            create function events.forget() returns trigger language plpgsql as $$ begin new.version := 0; return new; end $$;
            create trigger forget before insert or update on events.cursors for each row execute function events.forget();
            """);
    }

    [Fact]
    public async Task Parks_the_stream_of_a_poison_event_and_goes_on_with_the_others_until_an_operator_retries()
    {
        await using var world = await WorldAsync();
        world.Poison.Records["a/record-10"] = true;
        await world.AchieveAsync("a", OneToFifty);
        await world.AchieveAsync("b", OneToFifty);
        await world.NotedAsync("b", 50);
        await world.TakenAsync("a", 50);
        Assert.Equal(OneToFifty[..9], await world.NotesAsync("a"));

        using var client = world.Taker.Client("*", "operator");
        var parked = Assert.Single(await ParkedAsync(client));
        Assert.Equal(("a", 10L), (parked.Stream, parked.Version));
        Assert.Contains("record-10 is poison", parked.Error!, StringComparison.Ordinal);
        using (var failed = await SendRetryAsync(client, "a")) Assert.Equal(409, (int)failed.StatusCode);

        world.Poison.Records.Clear();
        var outcome = await RetryAsync(client, "a");

        Assert.Equal(new ParkedOutcome(41, Parked: false), outcome);
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
        await world.AchieveAsync("a", [51]);
        await world.NotedAsync("a", 51);
        Assert.Empty(await ParkedAsync(client));
    }

    [Fact]
    public async Task Skips_a_poison_event_for_a_reason_that_is_recorded()
    {
        await using var world = await WorldAsync();
        world.Poison.Records["a/record-2"] = true;
        await world.AchieveAsync("a", [1, 2, 3]);
        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(async () => (await ParkedAsync(client)).Count == 1, TwoServices.Patience, "parked", TestContext.Current.CancellationToken);

        await world.TakenAsync("a", 3);
        string id = Assert.Single(await ParkedAsync(client)).Id;
        var wrong = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest(" "), TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)wrong.StatusCode);
        var skipped = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest("It was a test."), TestContext.Current.CancellationToken);
        skipped.EnsureSuccessStatusCode();
        var again = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest("Twice."), TestContext.Current.CancellationToken);
        Assert.Equal(409, (int)again.StatusCode);
        await RetryAsync(client, "a");

        Assert.Equal([1, 3], await world.NotesAsync("a"));
        var recorded = Assert.Single(await world.TakerStreamAsync("parked-learning-record-a"));
        Assert.Equal("It was a test.", ((MessageSkipped)recorded.Data).Reason);
    }

    [Fact]
    public async Task Parks_what_can_not_be_read_and_fetches_it_from_its_source_on_retry()
    {
        await using var world = await TamperedAsync(messages =>
            [.. messages.Select(message => RawBroker.Read(message.Body).Version == 5 ? ("{ not json"u8.ToArray(), message.Properties) : message)]);
        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(async () => (await ParkedAsync(client)).Count == 1, TwoServices.Patience, "parked", TestContext.Current.CancellationToken);
        await world.TakenAsync("a", 50);
        Assert.Equal(OneToFifty[..4], await world.NotesAsync("a"));

        var outcome = await RetryAsync(client, "a");

        Assert.False(outcome.Parked);
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Takes_what_never_came_before_it_gives_up_what_can_not_be_read()
    {
        // Nothing comes after the unreadable one that would show the gap before it.
        await using var world = await TamperedAsync(messages =>
            [messages[0], messages[1], ("{ not json"u8.ToArray(), messages[4].Properties)]);
        using var client = world.Taker.Client("*", "operator");
        var parked = await Eventually.SeeAsync(
            async () => (await ParkedAsync(client)).FirstOrDefault(), TwoServices.Patience, "parked", TestContext.Current.CancellationToken);

        await client.PostAsJsonAsync($"/credential-issuance/parked/{parked.Id}/skip", new SkipRequest("It was a test."), TestContext.Current.CancellationToken);

        await world.NotedAsync("a", 49);
        Assert.Equal(OneToFifty.Where(number => number != 5), (await world.NotesAsync("a")).Where(number => number != 5));
    }

    [Fact]
    public async Task Stops_the_stream_at_a_contract_it_does_not_know_and_goes_on_by_itself_when_it_does()
    {
        await using var world = await TamperedAsync(messages =>
            [.. messages.Select(message => RawBroker.Read(message.Body).Version == 5
                ? (Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(message.Body).Replace("achievement-recorded.v1", "achievement-recorded.v9", StringComparison.Ordinal)), message.Properties)
                : message)]);
        using var client = world.Taker.Client("*", "operator");

        // The source says the same in a contract that is known, as after a rollback.
        var parked = await Eventually.SeeAsync(
            async () => (await ParkedAsync(client)).FirstOrDefault(), TwoServices.Patience, "parked", TestContext.Current.CancellationToken);
        await world.NotedAsync("a", 50);

        Assert.Equal(5, parked.Version);
        Assert.Contains("is not known to this build", parked.Error!, StringComparison.Ordinal);
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Says_so_when_a_source_has_lost_what_was_taken_from_it()
    {
        await using var world = await WorldAsync();
        await world.AchieveAsync("a", [1, 2, 3]);
        await world.NotedAsync("a", 3);
        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        Assert.DoesNotContain(status.Problems, problem => problem.Contains("was restored", StringComparison.Ordinal));

        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(
            async () => (await SourcesAsync(client)).Single() is { Source: "learning-record", State: SourceState.Whole, Known: 3, Reaches: 3 },
            TwoServices.Patience, "the source is whole", TestContext.Current.CancellationToken);

        // As after a restore from a backup that was made when there were two events.
        await TwoServices.ScalarAsync(world.SourceSuperuser, """
            delete from events.log where position = 3;
            update events.log_head set position = 2, hash = (select hash from events.log where position = 2);
            delete from events.mt_events where version = 3;
            update events.mt_streams set version = 2;
            update events.public_heads set version = 2, position = 2
            """);

        await Eventually.TrueAsync(
            () => status.Problems.Any(problem => problem.Contains("does not have its log of before at position 3", StringComparison.Ordinal)),
            TwoServices.Patience, "health says so", TestContext.Current.CancellationToken);
        var restored = Assert.Single(await SourcesAsync(client));
        Assert.Equivalent(new { State = SourceState.Restored, Known = 3L, Reaches = 2L, More = false }, restored);
        Assert.Equal([new StreamAhead(TwoServices.Tenant, "a", Taken: 3, There: 2)], restored.Ahead);
    }

    [Fact]
    public async Task Puts_a_message_without_an_address_where_nobody_can_overlook_it()
    {
        await using var world = await WorldAsync();
        await using var wire = await RawBroker.ConnectAsync(world.Broker.AdminUri);

        await wire.SendAsync(TwoServices.Queue, Encoding.UTF8.GetBytes("hello"));
        await world.AchieveAsync("a", [1]);
        await world.NotedAsync("a", 1);

        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Problems.Contains("1 messages are dead letters"), TwoServices.Patience, "health says so", TestContext.Current.CancellationToken);
        var dead = Assert.Single(await wire.DrainAsync("dead-letters"));
        Assert.Equal("hello", Encoding.UTF8.GetString(dead.Body));
        Assert.Equal(TwoServices.Queue, RawBroker.Text(dead.Properties.Headers!["pathways-queue"]));
    }

    private async Task<TwoServices> WorldAsync()
        => await TwoServices.StartAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());

    /// <summary>Fifty events of one stream are published; the taker gets what <paramref name="tamper"/> makes of the messages.</summary>
    private async Task<TwoServices> TamperedAsync(
        Func<(byte[] Body, IReadOnlyBasicProperties Properties)[], (byte[] Body, IReadOnlyBasicProperties Properties)[]> tamper,
        Func<TwoServices, Task>? beforeSending = null)
    {
        var world = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());
        await using var wire = await RawBroker.ConnectAsync(world.Broker.AdminUri);
        string observed = await wire.ObserveAsync();
        await world.AchieveAsync("a", OneToFifty);
        await world.PublishedAsync(50);
        await wire.Channel.QueuePurgeAsync(TwoServices.Queue, TestContext.Current.CancellationToken);
        var messages = await wire.DrainAsync(observed);
        Assert.Equal(50, messages.Count);
        await world.StartTakerAsync();
        if (beforeSending is not null) await beforeSending(world);
        foreach (var (body, properties) in tamper([.. messages])) await wire.SendAsync(TwoServices.Queue, body, properties);
        return world;
    }

    private static async Task<IReadOnlyList<SourceView>> SourcesAsync(HttpClient client)
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
        return (await client.GetFromJsonAsync<List<SourceView>>("/credential-issuance/sources", json, TestContext.Current.CancellationToken))!;
    }

    private static async Task<IReadOnlyList<ParkedItem>> ParkedAsync(HttpClient client)
        => (await client.GetFromJsonAsync<List<ParkedItem>>("/credential-issuance/parked", TestContext.Current.CancellationToken))!;

    private static async Task<ParkedOutcome> RetryAsync(HttpClient client, string stream)
    {
        using var answer = await SendRetryAsync(client, stream);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<ParkedOutcome>(TestContext.Current.CancellationToken))!;
    }

    private static async Task<HttpResponseMessage> SendRetryAsync(HttpClient client, string stream)
    {
        string id = (await ParkedAsync(client)).Single(parked => parked.Stream == stream).Id;
        return await client.PostAsync(
            new Uri($"/credential-issuance/parked/{id}/retry", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
    }
}
