using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Followers(PostgresFixture postgres)
{
    private const string TotalOf = "select coalesce(sum(total), 0) from read.balance_v1";

    [Fact]
    public async Task Lets_a_caller_read_its_own_write()
    {
        var projection = new BalanceProjection();
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 30);
        await store.Sealed(30);

        Assert.True(await store.Get<ProjectionProgress>().WaitForPositionAsync("balance", 30, TimeSpan.FromSeconds(5), Cancellation));
        Assert.False(await store.Get<ProjectionProgress>().WaitForPositionAsync("balance", 31, TimeSpan.FromMilliseconds(50), Cancellation));
        Assert.Equal(30m, await store.ScalarAsync<decimal>(TotalOf));
    }

    [Fact]
    public async Task Applies_nothing_twice_after_a_crash_between_rows_and_position()
    {
        var projection = new BalanceProjection { FailuresAfterApplying = 3 };
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 10);

        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 10m);

        Assert.Equal(0, projection.FailuresAfterApplying);
    }

    [Fact]
    public async Task Stops_on_an_error_says_so_and_goes_on_without_skipping_when_it_is_mended()
    {
        var projection = new BalanceProjection { Poison = 5 };
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 10);
        var status = store.Get<EventStoreStatus>();

        await Eventually(() => Task.FromResult(status.Followers.Any(follower => follower.Error is { Attempts: > 1, Message: "poison" })));
        Assert.InRange(await store.ScalarAsync<decimal>(TotalOf), 0m, 4m);

        projection.Poison = null;
        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 10m);
        await Eventually(() => Task.FromResult(status.Followers.Single() is { Error: null, Position: 10, Lag: 0 }));
    }

    [Fact]
    public async Task Runs_each_projection_once_in_several_processes()
    {
        var projection = new BalanceProjection();
        await using var store = await CreateAsync(projection);
        using var second = store.BuildHost();
        await store.StartAsync();
        await second.StartAsync(Cancellation);

        await PayAsync(store, 100);

        await Eventually(async () => await store.ScalarAsync<long>("select position from events.projection_position") == 100);
        Assert.Equal(100m, await store.ScalarAsync<decimal>(TotalOf));
        await second.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Refuses_the_commit_of_a_process_that_was_stopped_and_comes_back()
    {
        var zombie = new BalanceProjection { Paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        await using var store = await CreateAsync(zombie);
        await store.StartAsync();
        await PayAsync(store, 5);
        await zombie.Reached.Task.WaitAsync(Cancellation);
        // While it stands still with its batch applied, another one has moved the position.
        await store.TamperAsync("""
            insert into events.projection_position (name, position) values ('balance_v1', 5) on conflict (name) do update set position = 5;
            insert into read.balance_v1 (tenant_id, stream, total) values ('utah-state', 'by the other', 5);
            """);

        zombie.Paused.SetResult();

        await Eventually(() => Task.FromResult(store.Get<EventStoreStatus>().Followers.Any(follower => follower.Position >= 5)));
        Assert.Equal(5m, await store.ScalarAsync<decimal>(TotalOf));
    }

    [Fact]
    public async Task Rebuilds_beside_the_live_rows_while_appends_go_on_and_equals_them()
    {
        var projection = new BalanceProjection();
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 40);
        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 40m);
        await store.TamperAsync("update read.balance_v1 set total = total + 1000");
        var seen = new List<decimal>();
        var reports = new List<RebuildProgress>();
        projection.BeforeApplying = async () => seen.Add(await store.ScalarAsync<decimal>(TotalOf));

        var rebuild = store.Get<ProjectionRebuild>().RunAsync("balance", new Reports(reports), Cancellation);
        for (int i = 40; i < 60; i++) await store.Store.CommitAsync(Append($"account-{i % 5}", i / 5, new MoneyPaidIn(1)), Cancellation);
        var done = await rebuild;

        Assert.True(done is { Finished: true, Position: >= 40 });
        Assert.NotEmpty(reports);
        Assert.Equal(5040m, seen[0]);
        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 60m);
    }

    [Fact]
    public async Task Tells_each_rebuild_from_the_one_before_it_and_does_not_begin_one_that_is_under_way()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var projection = new BalanceProjection();
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 5);
        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 5m);
        projection.BeforeApplying = () => gate.Task;
        var rebuild = store.Get<ProjectionRebuild>();

        var first = rebuild.Start("balance", Cancellation)!;
        var meanwhile = rebuild.Start("balance_v1", Cancellation)!;
        gate.SetResult();
        await Eventually(() => Task.FromResult(Last(store) is { Finished: true, Error: null, Position: 5 } last && last.Id == first.Id));
        var second = rebuild.Start("balance", Cancellation)!;
        await Eventually(() => Task.FromResult(Last(store) is { Finished: true, Error: null } last && last.Id == second.Id));

        Assert.Equal(first.Id, meanwhile.Id);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Null(rebuild.Start("no_such_list", Cancellation));

        static RebuildProgress Last(TestStore store) => store.Get<EventStoreStatus>().Rebuilds.Single();
    }

    [Fact]
    public async Task Begins_a_rebuild_anew_after_one_that_failed_and_none_beside_one_that_is_under_way()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var projection = new BalanceProjection();
        await using var store = await CreateAsync(projection);
        await store.StartAsync();
        await PayAsync(store, 5);
        await Eventually(async () => await store.ScalarAsync<decimal>(TotalOf) == 5m);
        var rebuild = store.Get<ProjectionRebuild>();
        projection.Poison = 3;

        await Assert.ThrowsAsync<InvalidOperationException>(() => rebuild.RunAsync("balance", progress: null, Cancellation));
        Assert.True(store.Get<EventStoreStatus>().Rebuilds.Single() is { Finished: true, Error: "poison" });
        Assert.Equal(5m, await store.ScalarAsync<decimal>(TotalOf));

        (projection.Poison, projection.BeforeApplying) = (null, () => gate.Task);
        var begun = rebuild.Start("balance", Cancellation)!;
        await Assert.ThrowsAsync<InvalidOperationException>(() => rebuild.RunAsync("balance", progress: null, Cancellation));
        gate.SetResult();
        await Eventually(() => Task.FromResult(store.Get<EventStoreStatus>().Rebuilds.Single() is { Finished: true, Error: null } last && last.Id == begun.Id));
    }

    [Fact]
    public async Task Delivers_the_same_events_again_when_the_position_was_not_stored()
    {
        var subscription = new Recorder { Failures = 2 };
        await using var store = await postgres.CreateAsync(services => services.AddSingleton<ISubscription>(subscription));
        await PayAsync(store, 3);
        await store.StartAsync();

        await Eventually(() => Task.FromResult(store.Get<EventStoreStatus>().Followers.Any(follower => follower is { Position: 3, Error: null })));

        Assert.Equal([1, 2, 3], subscription.Positions.TakeLast(3));
        Assert.True(subscription.Positions.Count > 3);
    }

    private Task<TestStore> CreateAsync(BalanceProjection projection)
        => postgres.CreateAsync(services => services.AddSingleton<IProjection>(projection), projection.Schema);

    private static async Task PayAsync(TestStore store, int times)
    {
        for (int i = 0; i < times; i++)
            Assert.True((await store.Store.CommitAsync(Append($"account-{i % 5}", i / 5, new MoneyPaidIn(1)), Cancellation)).IsAccepted);
    }

    private sealed class BalanceProjection : IProjection
    {
        public string Name => "balance";

        public int Version => 1;

        public string Schema => """
            create table if not exists read.balance_v1 (tenant_id text not null, stream text not null, total numeric not null, primary key (tenant_id, stream));
            select events.protect('read.balance_v1');
            """;

        public int FailuresAfterApplying { get; set; }

        public int? Poison { get; set; }

        public Func<Task>? BeforeApplying { get; set; }

        public TaskCompletionSource? Paused { get; init; }

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
        {
            if (BeforeApplying is not null) await BeforeApplying();
            foreach (var (position, _, recorded) in batch)
            {
                if (position == Poison) throw new InvalidOperationException("poison");
                await using var command = new NpgsqlCommand("""
                    insert into read.balance_v1 as b (tenant_id, stream, total) values ($1, $2, $3)
                    on conflict (tenant_id, stream) do update set total = b.total + excluded.total
                    """, connection)
                {
                    Parameters = { new() { Value = recorded.Tenant }, new() { Value = recorded.Stream }, new() { Value = ((MoneyPaidIn)recorded.Data).Amount } },
                };
                await command.ExecuteNonQueryAsync(cancellation);
            }
            if (FailuresAfterApplying > 0)
            {
                FailuresAfterApplying--;
                throw new InvalidOperationException("crash");
            }
            Reached.TrySetResult();
            if (Paused is not null) await Paused.Task.WaitAsync(cancellation);
        }
    }

    private sealed class Reports(List<RebuildProgress> reports) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => reports.Add(value);
    }

    private sealed class Recorder : ISubscription
    {
        public string Name => "recorder";

        public int Failures { get; set; }

        public List<long> Positions { get; } = [];

        public Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
        {
            Positions.AddRange(batch.Select(sealedEvent => sealedEvent.Position));
            return Failures-- > 0 ? Task.FromException(new InvalidOperationException("crash before the position is stored")) : Task.CompletedTask;
        }
    }
}
