using Npgsql;
using Pathways.EventStore;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

/// <summary>Appends that come at once share a transaction; nobody may notice.</summary>
public sealed class Groups(PostgresFixture postgres)
{
    [Fact]
    public async Task Lets_a_conflict_and_bad_data_harm_only_their_own_unit()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("taken", 0, new AccountOpened("x")), Cancellation);
        var twoStreams = Append("with-taken", 0, new AccountOpened("x"));
        twoStreams.Append("taken", 0, [new AccountOpened("x")]);
        var otherTenant = Work("hutchinson");
        otherTenant.Append("taken", 0, [new AccountOpened("x")]);

        var good = Enumerable.Range(0, 30).Select(i => store.Store.CommitAsync(Append($"good-{i}", 0, new AccountOpened("x")), Cancellation)).ToArray();
        var conflicting = Enumerable.Range(0, 10).Select(_ => store.Store.CommitAsync(Append("taken", 0, new AccountOpened("x")), Cancellation)).ToArray();
        var partly = store.Store.CommitAsync(twoStreams, Cancellation);
        var unstorable = store.Store.CommitAsync(Append("bad", 0, new AccountOpened("\0")), Cancellation);
        var other = store.Store.CommitAsync(otherTenant, Cancellation);

        Assert.All(await Task.WhenAll(good), result => Assert.True(result.IsAccepted));
        Assert.All(await Task.WhenAll(conflicting), result => Assert.Equal("stream-version-conflict", result.Rejection!.Code));
        Assert.False((await partly).IsAccepted);
        Assert.Equal("text-not-storable", (await unstorable).Rejection!.Code);
        Assert.True((await other).IsAccepted);
        Assert.Equal(32, await store.ScalarAsync<long>("select count(*) from events.mt_events"));
        Assert.Equal(32, await store.ScalarAsync<long>("select count(*) from events.mt_streams"));
    }

    [Fact]
    public async Task Leaves_the_connection_usable_after_data_that_cannot_be_stored()
    {
        await using var store = await postgres.CreateAsync();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("text-not-storable", (await store.Store.CommitAsync(Append($"bad-{i}", 0, new AccountOpened("\0")), Cancellation)).Rejection!.Code);
            Assert.Equal(0, (await store.Store.LoadAsync(Tenant, "bad\0", Balance, Cancellation)).Version);
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.True((await store.Store.CommitAsync(Append($"good-{i}", 0, new AccountOpened("x")), Cancellation)).IsAccepted);
            Assert.Equal(1, (await store.Store.LoadAsync(Tenant, $"good-{i}", Balance, Cancellation)).Version);
        }
    }

    [Fact]
    public async Task Does_not_wait_for_a_stream_that_somebody_else_has_locked()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("locked", 0, new AccountOpened("x")), Cancellation);
        await using var other = await store.SuperuserAsync();
        await using var open = await other.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("select from events.mt_streams where id = 'locked' for update", other))
            await command.ExecuteNonQueryAsync(Cancellation);

        var waits = store.Store.CommitAsync(Append("locked", 1, new MoneyPaidIn(1)), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.Store.CommitAsync(Append($"free-{i}", 0, new AccountOpened("x")), Cancellation)))
            .WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.False(waits.IsCompleted);
        await open.RollbackAsync(Cancellation);
        Assert.True((await waits).IsAccepted);
    }
}
