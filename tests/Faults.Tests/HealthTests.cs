using System.Text.Json.Nodes;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Faults;

/// <summary>What is said to have healed is seen when it has not: what waits in a database, in a queue, at a consumer, in a read model, in a log file.</summary>
public sealed class HealthTests(TestServers servers)
{
    private static readonly string[] Sources = [.. BrokerTopology.Consumers["pathway-stacking"]];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_that_are_not_sealed_and_followers_that_lag_behind_are_seen()
    {
        await using var store = await SmallStore.CreateAsync(await servers.PostgresAsync(), Cancellation);
        await store.CountAsync("counted", 1, Cancellation);
        Assert.Contains(await PendingAsync(store), what => what.Text.Contains("1 events are not sealed"));

        await store.StartAsync(Cancellation);
        await store.SealedAsync(1, Cancellation);
        Assert.Empty(await PendingAsync(store));
        await store.SqlAsync("insert into events.projection_position (name, position) values ('list_v1', 0)", Cancellation);
        Assert.Contains(await PendingAsync(store), what => what.Text.Contains("list_v1 has come to 0 of 1"));
        await store.SqlAsync("update events.projection_position set position = 1; insert into events.subscription_position (name, position) values ('publisher', 0)", Cancellation);
        Assert.Contains(await PendingAsync(store), what => what.Text.Contains("publisher has come to 0 of 1"));

        await store.SqlAsync("delete from events.subscription_position; " + Deadline("late", "now() - interval '1 minute'", attempts: 0), Cancellation);
        Assert.Contains(await PendingAsync(store), what => what.Text.Contains("1 deadlines are not met"));
        await store.SqlAsync("delete from events.deadlines; " + Deadline("in time", "now() + interval '1 day'", attempts: 0), Cancellation);
        Assert.Empty(await PendingAsync(store));
        await store.SqlAsync(Deadline("tried in vain", "now() + interval '1 minute'", attempts: 1), Cancellation);
        Assert.Contains(await PendingAsync(store), what => what.Text.Contains("1 deadlines are not met"));
    }

    [Fact]
    public async Task A_read_model_that_a_replay_makes_different_is_seen()
    {
        var tally = new TallyProjection("tally");
        await using var service = await CountingService.StartAsync(await servers.PostgresAsync(), 1, CountingService.OldTypes, tally);
        for (int i = 1; i <= 3; i++) await service.CountAsync(0, $"stream-{i}", new Counted(i), Cancellation);
        await Eventually.TrueAsync(async () => await service.PositionAsync(tally, Cancellation) == 3, TimeSpan.FromSeconds(30), "the projection is at the end", Cancellation);
        Assert.Empty(await service.NotReplayEqualAsync(tally, Cancellation));

        await service.SqlAsync("update read.tally_v1 set total = total + 1 where stream = 'stream-2'", Cancellation);
        Assert.Contains("is not equal to a replay", Assert.Single(await service.NotReplayEqualAsync(tally, Cancellation)).Text);
        Assert.Empty(await service.NotReplayEqualAsync(tally, Cancellation));
    }

    [Fact]
    public void A_projection_that_nobody_compares_and_one_that_is_not_there_are_seen()
    {
        Assert.Empty(Projections.Unlisted(Projections.All, Projections.All));
        Assert.Equal(ViolationKind.LeftOver, Assert.Single(Projections.Unlisted(Projections.All.Skip(1), Projections.All)).Kind);
        Assert.Equal(ViolationKind.Lost, Assert.Single(Projections.Unlisted(Projections.All, [.. Projections.All.Skip(1)])).Kind);
    }

    [Fact]
    public void Queues_that_are_missing_unconsumed_or_not_empty_are_seen()
    {
        var sound = Sources.ToDictionary(source => BrokerTopology.QueueName("pathway-stacking", source), _ => new QueueState(Consumers: 2, Messages: 0));
        Assert.Empty(Health.QueuesOf("pathway-stacking", 2, sound));

        string one = sound.Keys.First();
        Assert.Contains("is not consumed", Assert.Single(Health.QueuesOf("pathway-stacking", 2, sound.Where(queue => queue.Key != one).ToDictionary())).Text);
        Assert.Contains("is not consumed", Assert.Single(Health.QueuesOf("pathway-stacking", 2, new Dictionary<string, QueueState>(sound) { [one] = new(1, 0) })).Text);
        Assert.Contains("3 messages wait", Assert.Single(Health.QueuesOf("pathway-stacking", 2, new Dictionary<string, QueueState>(sound) { [one] = new(2, 3) })).Text);
    }

    [Fact]
    public void A_replica_that_says_that_it_is_degraded_is_seen()
    {
        Assert.Null(Health.ReasonIn(JsonNode.Parse("""{"status":"Healthy","reasons":[]}""")!));
        Assert.Equal("one; two", Health.ReasonIn(JsonNode.Parse("""{"status":"Degraded","reasons":["one","two"]}""")!));
    }

    [Fact]
    public async Task A_process_that_wants_to_be_restarted_is_seen_and_one_that_is_silent_is_not()
    {
        await using var watch = new AliveWatch(
        [
            ("sound", _ => Task.FromResult(true)), ("killed", _ => throw new HttpRequestException("Nobody answers.")), ("tired", _ => Task.FromResult(false)),
        ]);

        Assert.StartsWith("tired answered", Assert.Single(watch.Violations).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_consumer_that_has_not_come_to_the_end_of_a_stream_or_beyond_it_is_seen()
    {
        var heads = new Dictionary<(string, string), long> { [("hutchinson", "a")] = 3, [("sophia", "a")] = 1 };
        Assert.Empty(Deliveries.Violations("feed", heads, heads, []));

        Assert.Equal(ViolationKind.Lost, Assert.Single(Deliveries.Violations("feed", heads, heads.Where(head => head.Value == 3).ToDictionary(), [])).Kind);
        Assert.Equal(ViolationKind.Lost, Assert.Single(Deliveries.Violations("feed", heads, new Dictionary<(string, string), long>(heads) { [("hutchinson", "a")] = 2 }, [])).Kind);
        var beyond = new Dictionary<(string, string), long>(heads) { [("hutchinson", "b")] = 1 };
        Assert.Equal(ViolationKind.Phantom, Assert.Single(Deliveries.Violations("feed", heads, beyond, [])).Kind);
        Assert.Empty(Deliveries.Violations("feed", heads, beyond, [("hutchinson", "b")]));
    }

    [Fact]
    public void A_queue_of_an_institution_that_lacks_something_or_has_it_in_another_order_is_seen()
    {
        FeedQueue.Told[] feed = [new("a", Guid.NewGuid()), new("b", Guid.NewGuid()), new("a", Guid.NewGuid())];
        // In the order of each stream, and once more after a crash.
        Assert.Empty(FeedQueue.Violations(feed, [feed[1], feed[0], feed[2], feed[0], feed[2]]));

        Assert.Equal(ViolationKind.Lost, Assert.Single(FeedQueue.Violations(feed, feed[..2])).Kind);
        Assert.Equal(ViolationKind.Reordered, Assert.Single(FeedQueue.Violations(feed, [feed[2], feed[1], feed[0]])).Kind);
        Assert.Equal(ViolationKind.Phantom, Assert.Single(FeedQueue.Violations(feed, [.. feed, new("c", Guid.NewGuid())])).Kind);
    }

    [Fact]
    public async Task A_log_that_tells_a_learners_name_is_seen()
    {
        using var folder = new TemporaryFolder("logs");
        await File.WriteAllTextAsync(folder.Sub("access.log"), "All is well.\n", Cancellation);
        Assert.Empty(await Checker.ToldInLogsAsync(folder.Path, Load.LearnerName, Cancellation));

        await File.WriteAllTextAsync(folder.Sub("learning-record.log"), $"What is this?\nactor: {Load.LearnerName.ToUpperInvariant()}\n", Cancellation);
        Assert.Contains("learning-record.log", Assert.Single(await Checker.ToldInLogsAsync(folder.Path, Load.LearnerName, Cancellation)).Text);
    }

    private static string Deadline(string id, string due, int attempts) => $"""
        insert into events.deadlines (tenant_id, id, kind, stream_id, due_at, correlation_id, attempts)
        values ('{SmallStore.Tenant}', '{id}', 'test', 'counted', {due}, 'correlation-1', {attempts})
        """;

    private static async Task<IReadOnlyList<Violation>> PendingAsync(SmallStore store)
    {
        await using var connection = await store.OpenAsync(Cancellation);
        return await Health.PendingAsync(connection, store.Name, Cancellation);
    }
}
