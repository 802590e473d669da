using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Appends(PostgresFixture postgres)
{
    [Fact]
    public async Task Stores_events_with_who_when_and_why()
    {
        await using var store = await postgres.CreateAsync();
        var cause = new EventCause("learning-record", Guid.CreateVersion7());
        var valid = new DateTimeOffset(2020, 5, 1, 12, 0, 0, TimeSpan.FromHours(-6));
        var work = new UnitOfWork(new EventContext(Tenant, "registrar", "correlation-7", cause, "00-11111111111111111111111111111111-2222222222222222-01"));
        work.Append("account-1", 0, [new AccountOpened("learner-x"), new MoneyPaidIn(10.50m)], valid);

        var committed = await store.Store.CommitAsync(work, Cancellation);

        Assert.Equal(2, committed.Value!.Versions["account-1"]);
        var events = await store.Store.ReadStreamAsync(Tenant, "account-1", 0, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([new AccountOpened("learner-x"), new MoneyPaidIn(10.50m)], events.Select(e => e.Data));
        var last = events[1];
        Assert.Equal((2L, "money_paid_in", "registrar", "correlation-7", cause), (last.Version, last.Type, last.Actor, last.CorrelationId, last.Cause));
        Assert.Equal("00-11111111111111111111111111111111-2222222222222222-01", last.TraceParent);
        Assert.Equal(valid, last.ValidTime);
        Assert.NotEqual(valid, last.RecordedAt);
        Assert.Equal(new Loaded<decimal>(10.50m, 2), await store.Store.LoadAsync(Tenant, "account-1", Balance, Cancellation));
    }

    [Fact]
    public async Task Writes_what_Marten_writes()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x"), new MoneyPaidIn(1)), Cancellation);

        Assert.Equal(2, await store.ScalarAsync<long>("select version from events.mt_streams where id = 'account-1'"));
        Assert.Equal("""{"Note": "", "Amount": 1}""", await store.ScalarAsync<string>("select data::text from events.mt_events where version = 2"));
        Assert.Equal("Pathways.Shared.Tests.EventStore.MoneyPaidIn, Pathways.Shared.Tests",
            await store.ScalarAsync<string>("select mt_dotnet_type from events.mt_events where version = 2"));
        Assert.Equal("money_paid_in", await store.ScalarAsync<string>("select type from events.mt_events where version = 2"));
        Assert.True(await store.ScalarAsync<bool>("select timestamp > now() - interval '1 minute' from events.mt_events where version = 2"));
    }

    [Fact]
    public async Task Has_one_winner_per_version_among_fifty_writers()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i
            => store.Store.CommitAsync(Append("account-1", 1, new MoneyPaidIn(i)), Cancellation)));
        var firsts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i
            => store.Store.CommitAsync(Append("account-2", 0, new MoneyPaidIn(i)), Cancellation)));

        Assert.Single(results, result => result.IsAccepted);
        Assert.Single(firsts, result => result.IsAccepted);
        Assert.All(results.Concat(firsts).Where(result => !result.IsAccepted), result => Assert.Equal("stream-version-conflict", result.Rejection!.Code));
        Assert.Equal(3, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
    }

    [Fact]
    public async Task Knows_which_of_its_events_will_be_the_last_in_the_log()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-b", 0, new AccountOpened("b")), Cancellation);
        var work = Work();
        work.Append("account-c", 0, [new AccountOpened("c"), new MoneyPaidIn(1)]);
        work.Append("account-b", 1, [new MoneyPaidIn(1)]);
        work.Append("account-a", 0, [new AccountOpened("a")]);
        work.Append("account-c", 2, [new MoneyPaidIn(2)]);
        Assert.True((await store.Store.CommitAsync(work, Cancellation)).IsAccepted);
        await store.StartAsync();
        await store.Sealed(6);

        Assert.Equal(work.LastEvent, await store.ScalarAsync<Guid>("select event_id from events.log where position = 6"));
        Assert.Null(Work().LastEvent);
    }

    [Fact]
    public async Task Says_that_it_is_committed_only_when_it_is()
    {
        await using var store = await postgres.CreateAsync();
        var said = new List<string>();
        var (first, late) = (Append("account-1", 0, new AccountOpened("x")), Append("account-1", 0, new AccountOpened("y")));
        first.WhenCommitted(() => said.Add("first"));
        late.WhenCommitted(() => said.Add("late"));

        await store.Store.CommitAsync(first, Cancellation);
        await store.Store.CommitAsync(late, Cancellation);

        Assert.Equal(["first"], said);
    }

    [Fact]
    public async Task Does_nothing_at_all_on_a_conflict()
    {
        await using var store = await postgres.CreateAsync(null, NotesTable);
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);
        var work = Append("account-2", 0, new AccountOpened("y"));
        work.Append("account-1", 0, [new AccountOpened("again")]);
        work.Write(Note("kept?"));

        var result = await store.Store.CommitAsync(work, Cancellation);

        Assert.Equal("stream-version-conflict", result.Rejection!.Code);
        Assert.Equal(RejectionKind.Conflict, result.Rejection.Kind);
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_streams where id <> 'mt_tombstone'"));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from read.notes"));
    }

    [Fact]
    public async Task Refuses_with_the_guarded_writes_own_conflict()
    {
        await using var store = await postgres.CreateAsync(null, NotesTable);
        var taken = Rejection.Conflict("note-taken", "There is one already.", "Take another name.");
        var required = Append("account-1", 0, new AccountOpened("x"));
        required.Write(Note("first"));
        required.Write(new GuardedWrite("update read.notes set text = 'b' where text = 'absent'", [], RowsRequired: 1, taken));
        var duplicate = Append("account-2", 0, new AccountOpened("x"));
        duplicate.Write(Note("same", 7));
        duplicate.Write(Note("same", 7) with { Conflict = taken });
        var accepted = Append("account-3", 0, new AccountOpened("x"));
        accepted.Write(Note("kept") with { RowsRequired = 1, Conflict = taken });
        accepted.Write(new GuardedWrite("select 1 from read.notes where text = 'kept' for update", [], RowsRequired: 1, taken));

        Assert.Equal(taken, (await store.Store.CommitAsync(required, Cancellation)).Rejection);
        Assert.Equal(taken, (await store.Store.CommitAsync(duplicate, Cancellation)).Rejection);
        Assert.True((await store.Store.CommitAsync(accepted, Cancellation)).IsAccepted);
        Assert.Equal("kept", await store.ScalarAsync<string>("select string_agg(text, ',') from read.notes"));
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
    }

    [Fact]
    public async Task Stores_an_effect_of_a_cause_once()
    {
        await using var store = await postgres.CreateAsync();
        var context = new EventContext(Tenant, "issuer", "c", new EventCause("learning-record", Guid.CreateVersion7()));
        UnitOfWork Effect()
        {
            var work = new UnitOfWork(context);
            work.Append("account-1", 0, [new AccountOpened("x")]);
            return work;
        }
        await store.Store.CommitAsync(Effect(), Cancellation);

        Assert.Equal("stream-version-conflict", (await store.Store.CommitAsync(Effect(), Cancellation)).Rejection!.Code);
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
    }

    [Fact]
    public async Task Does_not_deadlock_when_streams_are_taken_in_opposite_orders()
    {
        await using var store = await postgres.CreateAsync();
        async Task<Result<Committed>> Both(string first, string second)
        {
            while (true)
            {
                var work = Work();
                foreach (string stream in new[] { first, second })
                {
                    var loaded = await store.Store.LoadAsync(Tenant, stream, Balance, Cancellation);
                    work.Append(stream, loaded.Version, [new MoneyPaidIn(1)]);
                }
                var result = await store.Store.CommitAsync(work, Cancellation);
                if (result.IsAccepted) return result;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? Both("a", "b") : Both("b", "a")));

        Assert.Equal(20m, (await store.Store.LoadAsync(Tenant, "a", Balance, Cancellation)).State);
        Assert.Equal(20m, (await store.Store.LoadAsync(Tenant, "b", Balance, Cancellation)).State);
    }

    [Fact]
    public async Task Does_not_read_a_type_it_does_not_know()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);
        await store.TamperAsync("update events.mt_events set type = 'account_opened_v9'");

        var error = await Assert.ThrowsAsync<UnknownEventTypeException>(async ()
            => await store.Store.ReadStreamAsync(Tenant, "account-1", 0, Cancellation).ToListAsync(Cancellation));
        Assert.Equal("account_opened_v9", error.EventType);
    }

    private const string NotesTable = """
        create table if not exists read.notes (tenant_id text not null, id int primary key generated by default as identity, text text not null);
        select events.protect('read.notes');
        """;

    private static GuardedWrite Note(string text, int? id = null) => id is null
        ? new GuardedWrite("insert into read.notes (tenant_id, text) values ($1, $2)", [new() { Value = Tenant }, new() { Value = text }])
        : new GuardedWrite("insert into read.notes (tenant_id, text, id) values ($1, $2, $3)",
            [new NpgsqlParameter { Value = Tenant }, new() { Value = text }, new() { Value = id.Value }]);
}
