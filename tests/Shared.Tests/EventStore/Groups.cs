using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
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
        Assert.Equal(32, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
        Assert.Equal(32, await store.ScalarAsync<long>("select count(*) from events.mt_streams where id <> 'mt_tombstone'"));
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keeps_each_units_own_rows_with_its_events(bool columns)
    {
        await using var store = await postgres.CreateAsync(null, "create table if not exists read.own (tenant_id text not null, name text primary key); select events.protect('read.own')");
        await store.Store.CommitAsync(Append("taken", 0, new AccountOpened("x")), Cancellation);

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.Store.CommitAsync(i switch
        {
            7 => WithRow(Append("taken", 0, new AccountOpened("x")), "of the conflict", columns),
            // Its row is there already when it comes, or the other one's when that comes: one of the two has to go.
            8 or 9 => WithRow(Append($"same-{i}", 0, new AccountOpened("x")), "same", columns),
            _ => WithRow(Append($"good-{i}", 0, new AccountOpened("x")), $"row-{i}", columns),
        }, Cancellation)));

        Assert.Equal("stream-version-conflict", results[7].Rejection!.Code);
        Assert.Single(new[] { results[8], results[9] }, result => result.IsAccepted);
        Assert.Equal("row-taken", new[] { results[8], results[9] }.Single(result => !result.IsAccepted).Rejection!.Code);
        Assert.Equal(38, results.Count(result => result.IsAccepted));
        Assert.Equal(39, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
        Assert.Equal(38, await store.ScalarAsync<long>("select count(*) from read.own"));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from read.own where name = 'of the conflict'"));
    }

    [Fact]
    public async Task Sends_alike_rows_together_and_mixes_nothing_up()
    {
        await using var store = await postgres.CreateAsync(
            null, "create table if not exists read.own (tenant_id text not null, name text primary key, number int not null); select events.protect('read.own')");

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
        {
            var work = Append($"good-{i}", 0, new AccountOpened("x"));
            work.Write(new GuardedWrite(
                "insert into read.own (tenant_id, name, number) select $1, * from unnest($2, $3)",
                [new() { Value = work.Context.Tenant }, new() { Value = Enumerable.Range(0, i % 3).Select(row => $"{i}/{row}").ToArray() }, new() { Value = Enumerable.Repeat(i, i % 3).ToArray() }],
                RowsRequired: i % 3,
                OwnRows: true,
                Columns: true));
            return store.Store.CommitAsync(work, Cancellation);
        }));

        Assert.All(results, result => Assert.True(result.IsAccepted));
        Assert.Equal(Enumerable.Range(0, 40).Sum(i => i % 3), await store.ScalarAsync<long>("select count(*) from read.own where name like number || '/%'"));
#if !MARTEN
        // Marten commits each by itself.
        Assert.InRange(await store.ScalarAsync<long>("select count(distinct xmin::text) from read.own"), 1, 20);
#endif
    }

    [Fact]
    public async Task Goes_on_after_its_connections_were_broken()
    {
        await using var store = await postgres.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.Store.CommitAsync(Append($"before-{i}", 0, new AccountOpened("x")), Cancellation)));
        await store.ScalarAsync<long>("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'pathways app groups' and datname = current_database()");

        // One caller may meet the broken connection, and is told so; it is not handed out again.
        int broken = 0;
        for (int i = 0; i < 5; i++)
        {
            try
            {
                await store.Store.CommitAsync(Append($"after-{i}", 0, new AccountOpened("x")), Cancellation);
            }
            catch (NpgsqlException)
            {
                broken++;
            }
        }

        Assert.InRange(broken, 0, 1);
        Assert.Equal(25 - broken, await store.ScalarAsync<long>("select count(*) from events.mt_events where type <> 'tombstone'"));
    }

    /// <param name="columns">Then units that come together send their rows in one statement.</param>
    private static UnitOfWork WithRow(UnitOfWork work, string name, bool columns)
    {
        work.Write(new GuardedWrite(
            columns ? "insert into read.own (tenant_id, name) select $1, * from unnest($2)" : "insert into read.own (tenant_id, name) values ($1, $2)",
            [new() { Value = work.Context.Tenant }, columns ? new() { Value = new[] { name } } : new() { Value = name }],
            RowsRequired: 1,
            Conflict: Pathways.Kernel.Rejection.Conflict("row-taken", "Somebody else has written this row.", "Take another row."),
            OwnRows: true,
            Columns: columns));
        return work;
    }
}
