using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Integrity;
using Pathways.LocalHost;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class SignedHeads(PostgresFixture postgres)
{
    [Fact]
    public async Task Prove_each_event_and_each_older_head_beyond_a_stored_level()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        var checkpoints = store.Get<Checkpoints>();
        var first = await SignAsync(store, 0, 100);
        var second = await SignAsync(store, 100, 600);
        var third = await SignAsync(store, 700, 3);
        var entries = await store.Get<AuditLog>().ExportAsync(0, Cancellation).ToListAsync(Cancellation);

        foreach (long position in new long[] { 1, 2, 99, 256, 257, 512, 513, 700, 703 })
        {
            var path = await checkpoints.InclusionAsync(position, 703, Cancellation);
            Assert.True(MerkleProof.VerifyInclusion(entries[(int)position - 1].Leaf, position - 1, 703, path!, third.Root));
        }
        foreach (var older in new[] { first, second })
        {
            var proof = await checkpoints.ConsistencyAsync(older.Size, third.Size, Cancellation);
            Assert.True(MerkleProof.VerifyConsistency(older.Size, older.Root, third.Size, third.Root, proof!));
        }
        Assert.Null(await checkpoints.InclusionAsync(704, 703, Cancellation));
        Assert.Null(await checkpoints.InclusionAsync(1, 600, Cancellation));
        Assert.Null(await checkpoints.SignAsync(Cancellation));
    }

    [Fact]
    public async Task Find_a_log_that_was_rewritten_consistently()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        var kept = new[] { await SignAsync(store, 0, 10), await SignAsync(store, 10, 10), await SignAsync(store, 20, 10) };
        await store.RewriteAsync("update events.mt_events set data = jsonb_set(data, '{Amount}', '1000000') where seq_id = 15");

        var trusting = new LogVerifier();
        var keeping = new LogVerifier();
        foreach (var head in kept) keeping.Expect(head.Size, head.Root);
        await foreach (var entry in store.Get<AuditLog>().ExportAsync(0, Cancellation))
        {
            trusting.Add(entry);
            keeping.Add(entry);
        }
        var logHead = await store.Get<AuditLog>().HeadAsync(Cancellation);

        Assert.Null(trusting.Finish(logHead));
        Assert.Equal((11L, LogFaultKind.Rewritten), (keeping.Finish(logHead)!.Position, keeping.Fault!.Kind));
    }

    [Fact]
    public async Task That_can_not_be_kept_are_told_until_they_can()
    {
        using var second = new TemporaryFolder("heads");
        string heads = Blocked(second);
        await using var store = await StartAsync(second);
        await SealAsync(store, 0);
        await Eventually(() => Task.FromResult(Told(store) is { LogWentBack: false }));

        Directory.Delete(heads);
        await Eventually(() => Task.FromResult(Told(store) is null && File.Exists(heads)));
    }

    [Fact]
    public async Task Tell_of_a_log_that_was_cut_also_when_it_has_grown_again()
    {
        using var second = new TemporaryFolder("heads");
        await using var store = await StartAsync(second);
        string heads = Path.Combine(second.Path, "service.heads");
        for (int version = 0; version < 4; version++) await SealAsync(store, version);
        await Eventually(() => Task.FromResult(File.Exists(heads) && File.ReadAllText(heads).Contains("\n4\n", StringComparison.Ordinal)));
        Assert.Null(Told(store));

        await CutAsync(store, 2);
        await Eventually(() => Task.FromResult(Told(store) is { LogWentBack: true }));
        await AppendAsync(store, 2, 4);
        await Eventually(() => Task.FromResult(Told(store) is { LogWentBack: true } fault && fault.Message.Contains("has grown again", StringComparison.Ordinal)));

        // As if all of the database had gone back.
        await store.TamperAsync("delete from events.checkpoint where size > 2");
        await Eventually(() => store.ScalarAsync<bool>("select exists (select from events.checkpoint where size = 6)"));
        await Eventually(() => Task.FromResult(Told(store) is { LogWentBack: true } fault && fault.Message.Contains("not among those signed", StringComparison.Ordinal)));

        // Who knows why puts them aside.
        File.Move(heads, heads + ".before");
        await Eventually(() => Task.FromResult(Told(store) is null && File.Exists(heads)));
    }

    /// <summary>Within the first block of 256 leaves, at its end, beyond it, and cut further back than the last block.</summary>
    [Theory]
    [InlineData(4, 2, 6)]
    [InlineData(4, 2, 4)]
    [InlineData(256, 250, 300)]
    [InlineData(256, 250, 256)]
    [InlineData(300, 200, 600)]
    [InlineData(1024, 300, 1100)]
    public async Task Are_not_signed_of_a_log_whose_rows_alone_were_cut_and_have_grown_again(int signed, int left, int grown)
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await SignAsync(store, 0, signed);

        await CutAsync(store, left);
        await AppendAsync(store, left, grown - left);

        await Assert.ThrowsAsync<LogBehindItsHeadsException>(() => store.Get<Checkpoints>().SignAsync(Cancellation));
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.checkpoint"));
    }

    [Fact]
    public async Task Are_not_signed_over_a_node_that_was_left_of_a_longer_log()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await SignAsync(store, 0, 100);
        await SignAsync(store, 100, 200);

        await CutAsync(store, 100);
        await store.TamperAsync("delete from events.checkpoint where size > 100");
        await AppendAsync(store, 100, 200);
        await Assert.ThrowsAsync<LogBehindItsHeadsException>(() => store.Get<Checkpoints>().SignAsync(Cancellation));

        await store.TamperAsync("delete from events.merkle_node where (index + 1) << level > 100");
        Assert.NotNull(await store.Get<Checkpoints>().SignAsync(Cancellation));
    }

    /// <summary>As the README says, also where the last head that is left is further back than the cut.</summary>
    [Theory]
    [InlineData(300, 0)]
    [InlineData(300, 300)]
    [InlineData(100, 300)]
    public async Task Go_on_when_what_was_signed_beyond_the_cut_is_removed(int cut, int grown)
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        var first = await SignAsync(store, 0, 100);
        await SignAsync(store, 100, 300);
        await CutAsync(store, cut);
        await AppendAsync(store, cut, grown);
        await Assert.ThrowsAsync<LogBehindItsHeadsException>(() => store.Get<Checkpoints>().SignAsync(Cancellation));

        await RemoveWhatWasSignedBeyondAsync(store, cut);
        await store.Get<Checkpoints>().SignAsync(Cancellation);
        var next = await SignAsync(store, cut + grown, 300);

        var proof = await store.Get<Checkpoints>().ConsistencyAsync(first.Size, next.Size, Cancellation);
        Assert.True(MerkleProof.VerifyConsistency(first.Size, first.Root, next.Size, next.Root, proof!));
    }

    [Fact]
    public async Task Are_copied_also_when_the_log_was_cut_before_they_were()
    {
        using var second = new TemporaryFolder("heads");
        using var log = new LoggedExceptions(LogLevel.Warning);
        string heads = Blocked(second);
        await using var store = await StartAsync(second, services => services.AddSingleton<ILoggerProvider>(log));
        for (int version = 0; version < 3; version++) await SealAsync(store, version);
        await Eventually(() => store.ScalarAsync<bool>("select exists (select from events.checkpoint where size = 3)"));

        await CutAsync(store, 2);
        await Eventually(() => Task.FromResult(Told(store) is { LogWentBack: true }));
        log.Clear();
        await Eventually(() => Task.FromResult(log.Exceptions.Any(told => told.Message.Contains(heads, StringComparison.Ordinal))));

        Directory.Delete(heads);
        await Eventually(() => Task.FromResult(File.Exists(heads) && File.ReadAllText(heads).Contains("\n3\n", StringComparison.Ordinal)));
        Assert.True(Told(store) is { LogWentBack: true });
    }

    [Fact]
    public async Task Are_not_refused_when_another_process_has_just_signed()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await SignAsync(store, 0, 100);
        await AppendAsync(store, 100, 200);
        // Holds a statement between its snapshot and the lock that it asks for.
        await store.TamperAsync("""
            create schema gated;
            grant usage on schema gated to public;
            create function gated.pg_try_advisory_xact_lock(key bigint) returns boolean language plpgsql as $$
            begin
              perform pg_advisory_xact_lock(4711);
              return pg_catalog.pg_try_advisory_xact_lock(key);
            end $$;
            """);
        await using var held = NpgsqlDataSource.Create($"{store.Database.DaemonConnectionString};Search Path=gated,pg_catalog");
        await using var gate = await store.SuperuserAsync();
        await using var closing = await gate.BeginTransactionAsync(Cancellation);
        await using (var close = new NpgsqlCommand("select pg_advisory_xact_lock(4711)", gate)) await close.ExecuteNonQueryAsync(Cancellation);

        var late = new Checkpoints(held, store.Get<CheckpointKey>()).SignAsync(Cancellation);
        await Eventually(() => store.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted)"));
        Assert.NotNull(await store.Get<Checkpoints>().SignAsync(Cancellation));
        await closing.RollbackAsync(Cancellation);

        Assert.Null(await late);
    }

    [Fact]
    public async Task Leave_no_connection_behind_when_a_turn_to_copy_them_can_not_be_asked_for()
    {
        await using var store = await postgres.CreateAsync();
        await store.TamperAsync("""
            create schema gated;
            grant usage on schema gated to public;
            create function gated.pg_try_advisory_xact_lock(key bigint) returns boolean language plpgsql as $$ begin raise 'no turn'; end $$;
            """);
        await using var single = NpgsqlDataSource.Create($"{store.Database.DaemonConnectionString};Search Path=gated,pg_catalog;Maximum Pool Size=1;Timeout=2");
        var checkpoints = new Checkpoints(single, store.Get<CheckpointKey>());

        for (int i = 0; i < 2; i++) await Assert.ThrowsAsync<PostgresException>(() => checkpoints.TakeTurnAsync(Cancellation));
    }

    /// <summary>Nobody can write a file where there is a folder. To be made before the service starts, which may be the first.</summary>
    private static string Blocked(TemporaryFolder second) => Directory.CreateDirectory(Path.Combine(second.Path, "service.heads")).FullName;

    /// <summary>Word for word what the README gives to an operator, as the owner of the database.</summary>
    private static async Task RemoveWhatWasSignedBeyondAsync(TestStore store, int cut)
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services/Shared/EventStore/README.md"), Cancellation);
        string sql = readme.Split("```sql\n")[1].Split("```")[0].Replace("CUT", $"{cut}", StringComparison.Ordinal);
        await using var owner = NpgsqlDataSource.Create(store.Database.OwnerConnectionString);
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static HeadsFault? Told(TestStore store) => store.Get<EventStoreStatus>().HeadsFault;

    private async Task<TestStore> StartAsync(TemporaryFolder second, Action<IServiceCollection>? configure = null)
    {
        var store = await postgres.CreateAsync(new Dictionary<string, string?> { ["Pathways:Heads"] = second.Path, ["Pathways:CheckpointSeconds"] = "1" }, configure);
        await store.StartAsync();
        return store;
    }

    /// <summary>The log's rows alone: what was signed of them stays.</summary>
    private static Task CutAsync(TestStore store, int left) => store.TamperAsync($"""
        delete from events.mt_events where version > {left};
        update events.mt_streams set version = {left};
        delete from events.log where position > {left};
        update events.log_head set position = {left}, hash = (select hash from events.log where position = {left});
        """);

    private static async Task AppendAsync(TestStore store, long expected, int events)
    {
        if (events == 0) return;
        await store.Store.CommitAsync(Append("account-1", expected, [.. Enumerable.Range(0, events).Select(i => new MoneyPaidIn(i))]), Cancellation);
        await store.Sealed(expected + events);
    }

    private static async Task SealAsync(TestStore store, int version)
    {
        await store.Store.CommitAsync(Append("account-1", version, new MoneyPaidIn(1)), Cancellation);
        await store.Sealed(version + 1);
    }

    private static async Task<Checkpoint> SignAsync(TestStore store, long expected, int events)
    {
        await AppendAsync(store, expected, events);
        string note = (await store.Get<Checkpoints>().SignAsync(Cancellation))!;
        Assert.Equal(note, await store.Get<Checkpoints>().LatestAsync(Cancellation));
        return store.Get<CheckpointKey>().Verifier.Open(note)!;
    }
}
