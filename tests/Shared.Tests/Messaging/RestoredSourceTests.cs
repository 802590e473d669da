using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

/// <summary>A source goes back to a backup behind what was taken from it, goes on from there, and an operator accepts it.</summary>
public sealed class RestoredSourceTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_taken_until_it_is_accepted_and_then_what_is_new_once_while_what_followed_from_the_lost_is_named()
    {
        var rabbit = await servers.RabbitAsync();
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), await rabbit.CreateVirtualHostAsync());
        await using var wire = await RawBroker.ConnectAsync(world.Broker.AdminUri);
        using var client = world.Taker.Client("*", "operator");
        string observed = await wire.ObserveAsync();
        await world.AchieveAsync("untouched", [1]);
        await world.AchieveAsync("a", [1, 2]);
        await KnownAsync(client, 3);
        await world.AchieveAsync("a", [3]);
        await world.AchieveAsync("b", [1]);
        await world.NotedAsync("a", 3);
        await world.NotedAsync("b", 1);
        await KnownAsync(client, 5);
        var lost = (await wire.DrainAsync(observed)).Single(message => Encoding.UTF8.GetString(message.Body).Contains("record-3", StringComparison.Ordinal));

        await GoBackAsync(world, 3);
        await Eventually.TrueAsync(() => Problems(world).Any(problem => problem.Contains("was restored", StringComparison.Ordinal)), TwoServices.Patience, "health says so", Cancellation);
        // What the broker still had of the lost log, and what the source goes on with under the same versions.
        await wire.SendAsync(TwoServices.Queue, lost.Body, lost.Properties);
        await world.AchieveAsync("a", [7, 8]);
        await world.PublishedAsync(5);
        await Eventually.TrueAsync(() => Problems(world).Any(problem => problem.Contains("is not accepted yet", StringComparison.Ordinal)), TwoServices.Patience, "messages wait", Cancellation);
        Assert.Equal([1, 2, 3], await world.NotesAsync("a"));

        var plan = await AcceptAsync(client, confirm: false);
        RewoundStream[] rewound = [new(TwoServices.Tenant, "a", Taken: 3, Kept: 2, There: 4), new(TwoServices.Tenant, "b", Taken: 1, Kept: 0, There: 0)];
        Assert.Equal((false, 5L, 3L, 5L), (plan.Done, plan.Known, plan.Common, plan.Reaches));
        Assert.Equal(rewound, plan.Rewound);
        Assert.Equal([("notes-a", 3L, "noted"), ("notes-b", 1L, "noted")], plan.Remaining.Select(effect => (effect.Stream, effect.Version, effect.Type)));
        Assert.Empty(await world.TakerStreamAsync("source-learning-record"));

        var done = await AcceptAsync(client, confirm: true);
        Assert.True(done.Done);
        await world.NotedAsync("a", 5);
        await world.AchieveAsync("a", [9]);
        await world.AchieveAsync("b", [2]);
        await world.NotedAsync("a", 6);
        await world.NotedAsync("b", 2);

        Assert.Equal([1, 2, 3, 7, 8, 9], await world.NotesAsync("a"));
        Assert.Equal([1, 2], await world.NotesAsync("b"));
        Assert.Equal([1], await world.NotesAsync("untouched"));
        Assert.DoesNotContain(Problems(world), problem => problem.Contains("restored", StringComparison.Ordinal));
        var recorded = Assert.Single(await world.TakerStreamAsync("source-learning-record"));
        var accepted = Assert.IsType<SourceAccepted>(recorded.Data);
        Assert.Equal("The disk was lost.", accepted.Reason);
        Assert.NotEmpty(recorded.Actor);
        Assert.Equal(rewound, accepted.Rewound);
        Assert.Equal(plan.Remaining, accepted.Remaining);
        using var again = await SendAsync(client, confirm: true);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task One_that_was_not_restored_is_not_accepted()
    {
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());
        await world.AchieveAsync("a", [1]);
        await world.NotedAsync("a", 1);
        using var client = world.Taker.Client("*", "operator");
        using var refused = await SendAsync(client, confirm: true);
        Assert.Contains("source-not-restored", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal([1], await world.NotesAsync("a"));
    }

    private static IReadOnlyList<string> Problems(TwoServices world) => world.Taker.Services.GetRequiredService<MessagingStatus>().Problems;

    /// <summary>As a restore from a backup that was made at this position.</summary>
    private static Task GoBackAsync(TwoServices world, long position) => TwoServices.ScalarAsync(world.SourceSuperuser, PostgresServer.WithoutTriggers + $"""
        delete from events.mt_events where seq_id in (select seq_id from events.log where position > {position});
        delete from events.log where position > {position};
        update events.log_head set position = {position}, hash = (select hash from events.log where position = {position});
        update events.mt_streams s set version = (select coalesce(max(version), 0) from events.mt_events e where e.stream_id = s.id);
        delete from events.mt_streams where version = 0;
        delete from events.public_heads where position > {position};
        insert into events.public_heads (tenant_id, stream, version, position)
            select e.tenant_id, e.stream_id, max(e.version), max(l.position) from events.mt_events e join events.log l using (seq_id) group by 1, 2
            on conflict do nothing;
        update events.subscription_position set position = {position} where name = 'publisher'
        """);

    private static Task KnownAsync(HttpClient client, long position) => Eventually.TrueAsync(
        async () => await client.GetStringAsync(new Uri("/credential-issuance/sources", UriKind.Relative), Cancellation) is var text && text.Contains($"\"known\":{position},", StringComparison.Ordinal),
        TwoServices.Patience, $"the source is known up to {position}", Cancellation);

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, bool confirm) => client.PostAsJsonAsync(
        new Uri("/credential-issuance/sources/learning-record/accept", UriKind.Relative), new AcceptSourceRequest("The disk was lost.", confirm), Cancellation);

    private static async Task<SourceAcceptanceView> AcceptAsync(HttpClient client, bool confirm)
    {
        using var answer = await SendAsync(client, confirm);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<SourceAcceptanceView>(Cancellation))!;
    }
}
