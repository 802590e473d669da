using Pathways.EventStore;
using Pathways.EventStore.Archiving;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Streams(PostgresFixture postgres)
{
    [Fact]
    public async Task Can_be_seen_as_they_were()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x"), new MoneyPaidIn(1)), Cancellation);
        await store.Store.CommitAsync(Append("account-1", 2, new MoneyPaidIn(10)), Cancellation);
        var second = (await store.Store.ReadStreamAsync(Tenant, "account-1", 2, Cancellation).ToListAsync(Cancellation)).Single().RecordedAt;

        Assert.Equal(new Loaded<decimal>(1, 2), await store.Store.LoadAtVersionAsync(Tenant, "account-1", Balance, 2, Cancellation));
        Assert.Equal(new Loaded<decimal>(11, 3), await store.Store.LoadAtVersionAsync(Tenant, "account-1", Balance, 9, Cancellation));
        Assert.Equal(new Loaded<decimal>(1, 2), await store.Store.LoadAtTimeAsync(Tenant, "account-1", Balance, second.AddMicroseconds(-1), Cancellation));
        Assert.Equal(new Loaded<decimal>(11, 3), await store.Store.LoadAtTimeAsync(Tenant, "account-1", Balance, second, Cancellation));
        Assert.Equal(new Loaded<decimal>(0, 0), await store.Store.LoadAtTimeAsync(Tenant, "account-1", Balance, DateTimeOffset.UnixEpoch, Cancellation));
    }

    [Fact]
    public async Task Give_the_same_answer_with_a_snapshot_without_one_and_after_other_code()
    {
        await using var store = await postgres.CreateAsync();
        var snapshots = store.Get<Snapshots>();
        int folded = 0;
        var counting = Balance with { Evolve = (balance, e) => { folded++; return Balance.Evolve(balance, e); } };
        await store.Store.CommitAsync(Append("account-1", 0, [.. Enumerable.Range(1, 250).Select(_ => new MoneyPaidIn(1))]), Cancellation);

        var first = await snapshots.LoadAsync(Tenant, "account-1", counting, "balance-1", Cancellation);
        await store.Store.CommitAsync(Append("account-1", 250, new MoneyPaidIn(1)), Cancellation);
        folded = 0;
        var cached = await snapshots.LoadAsync(Tenant, "account-1", counting, "balance-1", Cancellation);
        Assert.Equal(1, folded);
        var otherCode = await snapshots.LoadAsync(Tenant, "account-1", counting, "balance-2", Cancellation);
        await store.TamperAsync("delete from events.snapshots");
        var without = await snapshots.LoadAsync(Tenant, "account-1", counting, "balance-1", Cancellation);

        Assert.Equal(new Loaded<decimal>(250, 250), first);
        Assert.All([cached, otherCode, without], loaded => Assert.Equal(new Loaded<decimal>(251, 251), loaded));
    }

    [Fact]
    public async Task Are_read_and_refuse_appends_once_they_are_archived()
    {
        await using var store = await postgres.CreateAsync();
        var archive = store.Get<Archive>();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);

        Assert.Equal("stream-version-conflict", (await archive.ArchiveAsync(Tenant, "account-1", 9, Cancellation))!.Code);
        Assert.Null(await archive.ArchiveAsync(Tenant, "account-1", 1, Cancellation));

        Assert.False((await store.Store.CommitAsync(Append("account-1", 1, new MoneyPaidIn(1)), Cancellation)).IsAccepted);
        Assert.Single(await store.Store.ReadStreamAsync(Tenant, "account-1", 0, Cancellation).ToListAsync(Cancellation));
        Assert.True(await store.ScalarAsync<bool>("select is_archived from events.mt_events"));
    }

    [Fact]
    public async Task Are_read_through_the_upcasters_of_every_version_ever_stored()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("now"), new AccountOpened("then"), new AccountOpened("long ago")), Cancellation);
        await store.TamperAsync("""update events.mt_events set type = 'account_created_v2', data = '{"Holder": "then"}' where version = 2""");
        await store.TamperAsync("""update events.mt_events set type = 'account_created', data = '{"Name": "long ago"}' where version = 3""");

        var events = await store.Store.ReadStreamAsync(Tenant, "account-1", 0, Cancellation).ToListAsync(Cancellation);

        Assert.Equal([new AccountOpened("now"), new AccountOpened("then"), new AccountOpened("long ago")], events.Select(e => e.Data));
        Assert.All(events, e => Assert.Equal("account_opened", e.Type));
    }

    [Fact]
    public void Have_no_upcasters_in_a_circle_or_to_nowhere()
    {
        Assert.Throws<InvalidOperationException>(() => new EventTypes([], [new Upcaster("a", "b", data => data), new Upcaster("b", "a", data => data)]));
        Assert.Throws<UnknownEventTypeException>(() => new EventTypes([], [new Upcaster("a", "b", data => data)]));
    }
}
