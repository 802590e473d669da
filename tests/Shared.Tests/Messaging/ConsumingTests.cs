using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Shared.Tests.Messaging.Worlds;

namespace Pathways.Shared.Tests.Messaging;

public sealed class ConsumingTests(TestServers servers)
{
    [Fact]
    public async Task Takes_every_event_once_and_in_order()
    {
        await using var world = await servers.WorldAsync();
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
        await using var world = await servers.WorldAsync();
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
        await using var world = await servers.TamperedAsync(messages =>
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
        await using var world = await servers.TamperedAsync(messages => messages[..47]);

        await world.NotedAsync("a", 50);

        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Without_the_cursor_the_same_messages_have_their_effects_again()
    {
        await using var world = await servers.TamperedAsync(messages => [.. messages, .. messages, .. messages], beforeSending: CutCursorAsync);

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
    public async Task Says_so_when_a_source_has_lost_what_was_taken_from_it()
    {
        await using var world = await servers.WorldAsync();
        await world.AchieveAsync("a", [1, 2, 3]);
        await world.NotedAsync("a", 3);
        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        Assert.DoesNotContain(status.Problems, problem => problem.Contains("was restored", StringComparison.Ordinal));

        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(
            async () => (await SourcesAsync(client)).Single() is { Source: "learning-record", State: SourceState.Whole, Known: 3, Reaches: 3 },
            TwoServices.Patience, "the source is whole", TestContext.Current.CancellationToken);

        // As after a restore from a backup that was made when there were two events.
        await TwoServices.ScalarAsync(world.SourceSuperuser, PostgresServer.WithoutTriggers + """
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
        await using var world = await servers.WorldAsync();
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

    private static async Task<IReadOnlyList<SourceView>> SourcesAsync(HttpClient client)
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
        return (await client.GetFromJsonAsync<List<SourceView>>("/credential-issuance/sources", json, TestContext.Current.CancellationToken))!;
    }
}
