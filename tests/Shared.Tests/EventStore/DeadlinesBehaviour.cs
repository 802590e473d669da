using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Deadlines;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class DeadlinesBehaviour(PostgresFixture postgres)
{
    [Fact]
    public async Task Are_met_once_when_due_by_the_clock_in_two_processes()
    {
        var clock = new ShiftedClock();
        await using var store = await CreateAsync(clock, new Failing());
        using var second = store.BuildHost();
        await store.StartAsync();
        await second.StartAsync(Cancellation);
        await ScheduleAsync(store, clock, "reminder-1", TimeSpan.FromHours(1));

        await ScheduleAsync(store, clock, "due-already", TimeSpan.FromSeconds(-1));
        await Eventually(async () => await store.ScalarAsync<long>("select count(*) from events.deadlines where id = 'due-already'") == 0);
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.deadlines"));
        clock.Shift = TimeSpan.FromHours(2);

        await Eventually(async () => await store.ScalarAsync<long>("select count(*) from events.deadlines") == 0);
        Assert.Equal(2m, (await store.Store.LoadAsync(Tenant, "account-1", Balance, Cancellation)).State);
        await second.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Are_postponed_when_their_handler_fails_and_cancelled_when_nobody_needs_them()
    {
        var clock = new ShiftedClock();
        await using var store = await CreateAsync(clock, new Failing { Times = 1 });
        await ScheduleAsync(store, clock, "fails-once", TimeSpan.FromHours(-1));
        await store.StartAsync();

        await Eventually(async () => await store.ScalarAsync<long>("select count(*) from events.deadlines where attempts = 1 and last_error = 'not yet'") == 1);
        clock.Shift = TimeSpan.FromHours(1);
        await Eventually(async () => await store.ScalarAsync<long>("select count(*) from events.deadlines") == 0);

        await ScheduleAsync(store, clock, "cancelled", TimeSpan.FromHours(1));
        var work = Work();
        work.Write(Deadline.Cancel(Tenant, "cancelled"));
        await store.Store.CommitAsync(work, Cancellation);
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from events.deadlines"));
    }

    private Task<TestStore> CreateAsync(ShiftedClock clock, Failing failing) => postgres.CreateAsync(services =>
    {
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(failing);
        services.AddDeadlineHandler<Reminder>();
    });

    private static async Task ScheduleAsync(TestStore store, TimeProvider clock, string id, TimeSpan after)
    {
        var work = Work();
        work.Write(new Deadline(id, "reminder", "account-1", clock.GetUtcNow() + after, """{"why": "test"}""").Schedule(work.Context));
        Assert.True((await store.Store.CommitAsync(work, Cancellation)).IsAccepted);
    }

    private sealed class Failing
    {
        public int Times { get; set; }
    }

    private sealed class Reminder(IEventStore store, Failing failing) : IDeadlineHandler
    {
        public string Kind => "reminder";

        public async Task HandleAsync(Deadline deadline, UnitOfWork work, CancellationToken cancellation)
        {
            if (failing.Times-- > 0) throw new InvalidOperationException("not yet");
            var account = await store.LoadAsync(work.Context.Tenant, deadline.Stream, Balance, cancellation);
            work.Append(deadline.Stream, account.Version, [new MoneyPaidIn(1)]);
        }
    }

    /// <summary>The real clock with another hour on it.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
