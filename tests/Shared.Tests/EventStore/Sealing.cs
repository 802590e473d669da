using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Sealing;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Sealing(PostgresFixture postgres)
{
    [Fact]
    public async Task Never_lets_a_reader_skip_a_transaction_that_commits_late()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await using var late = await store.SuperuserAsync();
        await using var open = await late.BeginTransactionAsync(Cancellation);
        // Draws its number first, as Marten would, and commits last.
        await InsertAsync(late, "late-1");
        await store.Store.CommitAsync(Append("early-1", 0, new AccountOpened("y")), Cancellation);
        await store.Sealed(1);
        var seen = await store.Log.ReadAsync(0, 10, Cancellation);

        await open.CommitAsync(Cancellation);
        await store.Sealed(2);
        var next = await store.Log.ReadAsync(1, 10, Cancellation);

        Assert.Equal("early-1", Assert.Single(seen).Event.Stream);
        Assert.Equal("late-1", Assert.Single(next).Event.Stream);
        Assert.True(await store.ScalarAsync<bool>(
            "select (select seq_id from events.log where position = 2) < (select seq_id from events.log where position = 1)"));
    }

    [Fact]
    public async Task Costs_no_more_when_the_log_is_longer()
    {
        await using var store = await postgres.CreateAsync();
        using (var sealing = store.BuildHost())
        {
            await sealing.StartAsync(Cancellation);
            // Many batches: after the first ones the database keeps a plan, which it has made while there was next to nothing.
            for (int i = 0; i < 40; i++)
            {
                await store.Store.CommitAsync(Append($"account-{i}", 0, new AccountOpened("y")), Cancellation);
                await store.Sealed(i + 1);
            }
            await sealing.StopAsync(Cancellation);
        }

        // The database counts a connection's reads at last when it is closed.
        await Eventually(() => store.ScalarAsync<bool>("select idx_tup_fetch >= 40 from pg_stat_user_tables where relid = 'events.mt_events'::regclass"));
        Assert.Equal(0, await store.ScalarAsync<long>("select seq_tup_read from pg_stat_user_tables where relid = 'events.mt_events'::regclass"));
    }

    [Fact]
    public async Task Goes_on_while_a_transaction_stays_open_elsewhere()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await using var idle = await store.SuperuserAsync();
        await using var open = await idle.BeginTransactionAsync(Cancellation);
        await InsertAsync(idle, "open-1");

        for (int i = 0; i < 20; i++) await store.Store.CommitAsync(Append($"account-{i}", 0, new AccountOpened("y")), Cancellation);

        await store.Sealed(20);
    }

    [Fact]
    public async Task Is_gapless_and_keeps_each_streams_order_with_competing_sealers()
    {
        await using var store = await postgres.CreateAsync();
        using var second = store.BuildHost();
        using var third = store.BuildHost();
        await store.StartAsync();
        await second.StartAsync(Cancellation);
        await third.StartAsync(Cancellation);

        await AppendAsync(store, streams: 8, from: 0, versions: 40);
        await store.Sealed(320);

        await AssertSoundAsync(store, streams: 8, versions: 40);
        await second.StopAsync(Cancellation);
        await third.StopAsync(Cancellation);
    }

    /// <summary>The lock by which sealers take turns is economy; what holds without it is seen without it.</summary>
    [Fact]
    public async Task Is_gapless_and_keeps_each_streams_order_when_four_seal_at_once_and_none_takes_turns()
    {
        await using var store = await postgres.CreateAsync();
        using IHost first = store.BuildHost(), second = store.BuildHost(), third = store.BuildHost(), fourth = store.BuildHost();
        int inVain = 0;
        var appending = AppendUntilTheyMetAsync();

        await Task.WhenAll(new[] { first, second, third, fourth }.Select(host => Task.Run(async () =>
        {
            var sealer = host.Services.GetRequiredService<Sealer>();
            while (true)
            {
                bool last = appending.IsCompleted;
                var batch = await sealer.SealAsync(takeTurn: false, Cancellation);
                if (batch is null) Interlocked.Increment(ref inVain);
                else if (batch.Count == 0 && last) return;
            }
        })));

        int versions = await appending;
        Assert.True(inVain > 0, "They never met: this shows nothing.");
        await AssertSoundAsync(store, streams: 8, versions);

        async Task<int> AppendUntilTheyMetAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            for (int version = 0; ; version += 40)
            {
                if (version > 0 && (Volatile.Read(ref inVain) > 0 || deadline.IsCancellationRequested)) return version;
                await AppendAsync(store, streams: 8, version, versions: 40);
            }
        }
    }

    private static Task AppendAsync(TestStore store, int streams, int from, int versions) => Task.WhenAll(Enumerable.Range(0, streams).Select(async writer =>
    {
        for (int version = from; version < from + versions; version++)
            Assert.True((await store.Store.CommitAsync(Append($"account-{writer}", version, new MoneyPaidIn(version)), Cancellation)).IsAccepted);
    }));

    [Fact]
    public async Task Keeps_a_streams_order_where_the_later_version_has_drawn_its_number_first()
    {
        await using var store = await postgres.CreateAsync();
        await using (var marten = await store.SuperuserAsync()) await DrawnInReverseAsync(marten, "account-1", versions: 3, between: 10);

        await store.StartAsync();
        await store.Sealed(13);

        Assert.Equal([1, 2, 3], await VersionsAsync(store, "account-1"));
        Assert.Null(await VerifyAsync(store));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(Sealer.BatchSize + 200)]
    public async Task Keeps_a_streams_order_where_the_earlier_version_lies_beyond_a_full_batch(int versions)
    {
        await using var store = await postgres.CreateAsync();
        await using (var marten = await store.SuperuserAsync()) await DrawnInReverseAsync(marten, "account-1", versions, between: Sealer.BatchSize);

        await store.StartAsync();
        await store.Sealed(versions + Sealer.BatchSize);

        Assert.Equal(Enumerable.Range(1, versions).Select(i => (long)i), await VersionsAsync(store, "account-1"));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from events.pending"));
        Assert.Null(await VerifyAsync(store));
    }

    [Fact]
    public async Task Seals_what_Marten_appends()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await using (var marten = await store.SuperuserAsync()) await InsertAsync(marten, "account-1");

        await store.Sealed(1);

        Assert.Equal(new AccountOpened("late"), Assert.Single(await store.Log.ReadAsync(0, 10, Cancellation)).Event.Data);
    }

    [Theory]
    [InlineData("update events.mt_events set data = jsonb_set(data, '{Amount}', '1000000') where version = 3", 3, LogFaultKind.EventAltered)]
    [InlineData("update events.mt_events set user_name = 'somebody else' where version = 4", 4, LogFaultKind.EventAltered)]
    [InlineData("delete from events.mt_events where version = 2", 2, LogFaultKind.EventMissing)]
    [InlineData("delete from events.log where position = 2", 2, LogFaultKind.PositionMissing)]
    [InlineData("update events.log set position = case position when 2 then -3 else -2 end where position in (2, 3); update events.log set position = -position where position < 0",
        2, LogFaultKind.ChainBroken)]
    [InlineData("update events.mt_events set version = case version when 2 then -3 else -2 end where version in (2, 3); update events.mt_events set version = -version where version < 0",
        2, LogFaultKind.EventAltered)]
    [InlineData("delete from events.log where position > 4", 5, LogFaultKind.TailMissing)]
    public async Task Shows_the_first_bad_position_after_tampering(string tampering, long position, LogFaultKind kind)
    {
        await using var store = await SealedStoreAsync();
        Assert.Null(await VerifyAsync(store));

        await store.TamperAsync(tampering);

        var fault = await VerifyAsync(store);
        Assert.Equal((position, kind), (fault!.Position, fault.Kind));
    }

    [Theory]
    [InlineData("delete from events.log where position > 4; update events.log_head set position = 4, hash = (select hash from events.log where position = 4)",
        5, LogFaultKind.TailMissing)]
    public async Task Shows_a_cut_tail_by_a_head_that_was_kept_elsewhere(string tampering, long position, LogFaultKind kind)
    {
        await using var store = await SealedStoreAsync();
        var before = new LogVerifier();
        await foreach (var entry in store.Get<AuditLog>().ExportAsync(0, Cancellation)) before.Add(entry);

        await store.TamperAsync(tampering);

        Assert.Null(await VerifyAsync(store));
        var fault = await VerifyAsync(store, (before.Position, before.Root()));
        Assert.Equal((position, kind), (fault!.Position, fault.Kind));
    }

    private static async Task AssertSoundAsync(TestStore store, int streams, int versions)
    {
        var log = await store.Log.ReadAsync(0, streams * versions + 1, Cancellation);
        Assert.Equal(Enumerable.Range(1, streams * versions).Select(i => (long)i), log.Select(sealedEvent => sealedEvent.Position));
        Assert.All(log.GroupBy(sealedEvent => sealedEvent.Event.Stream), stream
            => Assert.Equal(Enumerable.Range(1, versions).Select(i => (long)i), stream.Select(sealedEvent => sealedEvent.Event.Version)));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from events.pending"));
        Assert.Null(await VerifyAsync(store));
    }

    private static async Task<IEnumerable<long>> VersionsAsync(TestStore store, string stream)
        => (await store.Log.ReadAsync(0, 10_000, Cancellation)).Where(read => read.Event.Stream == stream).Select(read => read.Event.Version);

    private async Task<TestStore> SealedStoreAsync()
    {
        var store = await postgres.CreateAsync();
        await store.StartAsync();
        await store.Store.CommitAsync(Append("account-1", 0, [.. Enumerable.Range(1, 6).Select(i => new MoneyPaidIn(i))]), Cancellation);
        await store.Sealed(6);
        return store;
    }

    private static async Task<LogFault?> VerifyAsync(TestStore store, (long Size, byte[] Root)? kept = null)
    {
        var audit = store.Get<AuditLog>();
        var verifier = new LogVerifier();
        if (kept is { } head) verifier.Expect(head.Size, head.Root);
        await foreach (var entry in audit.ExportAsync(0, Cancellation)) verifier.Add(entry);
        return verifier.Finish(await audit.HeadAsync(Cancellation));
    }

    /// <summary>The last version has the lowest number; before that of the first one come those of other streams.</summary>
    private static async Task DrawnInReverseAsync(NpgsqlConnection connection, string stream, int versions, int between)
    {
        await using var command = new NpgsqlCommand($$"""
            insert into events.mt_streams (tenant_id, id, version) select '{{Tenant}}', 'other-' || i, 1 from generate_series(1, {{between}}) i;
            insert into events.mt_streams (tenant_id, id, version) values ('{{Tenant}}', '{{stream}}', {{versions}});
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
            select nextval('events.mt_events_sequence'), gen_random_uuid(), d.stream_id, d.version, '{"Owner": "late"}', 'account_opened', now(), '{{Tenant}}'
            from (
              select '{{stream}}' as stream_id, v as version, {{versions}} - v as place from generate_series(2, {{versions}}) v
              union all select 'other-' || i, 1, {{versions}} + i from generate_series(1, {{between}}) i
              union all select '{{stream}}', 1, {{versions}} + {{between}} + 1
              order by place) d;
            """, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string stream)
    {
        await using var command = new NpgsqlCommand($$"""
            insert into events.mt_streams (tenant_id, id, version) values ('{{Tenant}}', '{{stream}}', 1);
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type)
            values (nextval('events.mt_events_sequence'), gen_random_uuid(), '{{stream}}', 1, '{"Owner": "late"}', 'account_opened', now(), '{{Tenant}}', null);
            """, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
