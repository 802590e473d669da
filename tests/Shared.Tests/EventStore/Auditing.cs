using Pathways.EventStore.Integrity;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

/// <summary><c>deploy/pathways audit verify FILE --against HEADS</c>, on a log that somebody whom no privilege stops has worked on.</summary>
public sealed class Auditing(PostgresFixture postgres)
{
    private const string CutTail = """
        delete from events.log where position > 4;
        update events.log_head set position = 4, hash = (select hash from events.log where position = 4);
        delete from events.checkpoint where size > 4;
        """;

    [Theory]
    [InlineData("update events.mt_events set data = jsonb_set(data, '{Amount}', '1000000') where version = 3", 3, LogFaultKind.EventAltered)]
    [InlineData("delete from events.mt_events where version = 2", 2, LogFaultKind.EventMissing)]
    [InlineData("""
        update events.mt_events set version = case version when 2 then -3 else -2 end where version in (2, 3);
        update events.mt_events set version = -version where version < 0
        """, 2, LogFaultKind.EventAltered)]
    [InlineData("""
        update events.log set position = case position when 2 then -3 else -2 end where position in (2, 3);
        update events.log set position = -position where position < 0
        """, 2, LogFaultKind.ChainBroken)]
    [InlineData("delete from events.log where position > 4", 5, LogFaultKind.TailMissing)]
    [InlineData("update events.log set leaf = sha256('another') where position = 4", 4, LogFaultKind.SealAltered)]
    [InlineData("update events.log set hash = sha256('another') where position = 5", 5, LogFaultKind.ChainBroken)]
    [InlineData("update events.log set event_id = gen_random_uuid() where position = 4", 4, LogFaultKind.SealAltered)]
    [InlineData("update events.log set tenant_id = 'hutchinson' where position >= 3", 3, LogFaultKind.SealAltered)]
    public async Task Names_the_first_bad_position(string tampering, long position, LogFaultKind kind)
    {
        await using var work = await WorkAsync();
        Assert.Equal((0, "untouched"), await work.VerifyAsync());

        await work.Store.TamperAsync(tampering);

        Assert.Equal((1, $"{kind} at {position}"), await work.VerifyAsync());
    }

    [Fact]
    public async Task Finds_a_tail_that_was_cut_without_a_trace_by_kept_heads_alone()
    {
        await using var work = await WorkAsync();
        await work.Store.TamperAsync(CutTail);

        Assert.Equal((0, "untouched"), await work.VerifyAsync());
        Assert.Equal((1, "TailMissing at 5"), await work.VerifyAsync("--against", work.Heads));
    }

    [Fact]
    public async Task Finds_a_log_that_was_rewritten_and_signed_again_by_kept_heads_alone()
    {
        await using var work = await WorkAsync();
        await work.Store.RewriteAsync("update events.mt_events set data = jsonb_set(data, '{Amount}', '1000000') where version = 5");
        await work.Store.TamperAsync("truncate events.checkpoint, events.merkle_node");
        await work.Store.Get<Checkpoints>().SignAsync(Cancellation);

        Assert.Equal((0, "untouched"), await work.VerifyAsync());
        Assert.Equal((1, "Rewritten at 4"), await work.VerifyAsync("--against", work.Heads));
    }

    [Fact]
    public async Task Finds_a_rewritten_log_by_the_heads_that_its_service_has_signed()
    {
        await using var work = await WorkAsync();
        await work.Store.RewriteAsync("update events.mt_events set data = jsonb_set(data, '{Amount}', '1000000') where version = 2");

        Assert.Equal((1, "Rewritten at 1"), await work.VerifyAsync());
    }

    [Fact]
    public async Task Takes_no_kept_head_that_the_logs_key_has_not_signed()
    {
        await using var work = await WorkAsync();
        await File.WriteAllTextAsync(work.Heads, (await File.ReadAllTextAsync(work.Heads, Cancellation)).Replace("\n3\n", "\n2\n", StringComparison.Ordinal), Cancellation);

        Assert.Equal((1, "HeadForged at 0"), await work.VerifyAsync("--against", work.Heads));
    }

    [Fact]
    public async Task Finds_another_log_in_the_place_of_the_one_that_was_known()
    {
        await using var work = await WorkAsync();
        await using var other = await WorkAsync();

        Assert.Equal((1, "KeyChanged at 0"), await other.VerifyAsync("--against", work.Heads));
    }

    [Fact]
    public async Task Rests_on_heads_that_the_service_itself_copies_to_a_second_place()
    {
        using var second = new TemporaryFolder("heads");
        await using var work = await WorkAsync(new() { ["Pathways:Heads"] = second.Path, ["Pathways:CheckpointSeconds"] = "1" });
        string heads = Path.Combine(second.Path, "service.heads");
        await Eventually(() => Task.FromResult(File.Exists(heads) && KeptHeads.Read(second.Path).Logs.Any(log => log.Notes.Count == 2)));
        await work.Store.Store.CommitAsync(Append("account-2", 0, new MoneyPaidIn(1)), Cancellation);
        await Eventually(() => Task.FromResult(KeptHeads.Read(second.Path).Logs.Single().Notes.Count == 3));
        Assert.Equal((0, "untouched"), await work.VerifyAsync("--against", second.Path));

        await work.Store.TamperAsync(CutTail);

        Assert.Equal((1, "TailMissing at 5"), await work.VerifyAsync("--against", second.Path));
    }

    [Fact]
    public async Task Names_the_logs_that_an_export_lacks()
    {
        using var folder = new TemporaryFolder("audit");
        string file = folder.Sub("log.jsonl");
        await LogFile.WriteAsync(file, new[] { Empty(Services[0]) }.ToAsyncEnumerable(), Cancellation);

        var (exitCode, verdicts) = await CommandLine.AskAsync(folder.Path, Cancellation, "audit", "verify", file);

        Assert.Equal(1, exitCode);
        Assert.Equal(Services, verdicts.AsArray().Select(verdict => (string)verdict!["service"]!));
        Assert.Equal([null, .. Services[1..].Select(_ => "LogMissing")], verdicts.AsArray().Select(verdict => (string?)verdict!["fault"]?["kind"]));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("replay")]
    public async Task Refuses_a_file_without_a_log(string command)
    {
        using var folder = new TemporaryFolder("audit");
        string file = folder.Sub("log.jsonl");
        await File.WriteAllTextAsync(file, "", Cancellation);

        await RefusesAsync("\"code\": \"no-log\"", folder, command, file);
    }

    [Fact]
    public async Task Replays_no_file_without_the_log_of_the_decisions()
    {
        using var folder = new TemporaryFolder("audit");
        string file = folder.Sub("log.jsonl");
        await LogFile.WriteAsync(file, new[] { Empty("access") }.ToAsyncEnumerable(), Cancellation);

        await RefusesAsync("\"code\": \"no-log\"", folder, "replay", file);
    }

    [Fact]
    public async Task Ignores_no_file_that_is_named_beside_an_export()
    {
        using var folder = new TemporaryFolder("audit");

        await RefusesAsync("can't be given together", folder, "verify", folder.Sub("one.jsonl"), "--export", folder.Sub("other.jsonl"));
    }

    [Fact]
    public async Task Writes_no_export_over_a_file()
    {
        using var folder = new TemporaryFolder("audit");
        string file = folder.Sub("log.jsonl");
        await File.WriteAllTextAsync(file, "the only copy", Cancellation);

        await RefusesAsync("Choose another name", folder, "verify", "--export", file);

        Assert.Equal("the only copy", await File.ReadAllTextAsync(file, Cancellation));
    }

    private static readonly string[] Services = [.. Topology.Read(Repository.Root).Services.Where(service => service.HasDatabase).Select(service => service.Name)];

    private static ServiceLog Empty(string service) => new(service, null, [], new LogHead(0, new byte[32]), AsyncEnumerable.Empty<LogEntry>());

    private static async Task RefusesAsync(string with, TemporaryFolder folder, params string[] arguments)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLine.AskAsync(folder.Path, Cancellation, ["audit", .. arguments]));
        Assert.Contains("ended with 1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(with, refused.Message, StringComparison.Ordinal);
    }

    private async Task<AuditedWork> WorkAsync(Dictionary<string, string?>? settings = null)
    {
        var store = await postgres.CreateAsync(settings);
        await store.StartAsync();
        var folder = new TemporaryFolder("audit");
        var work = new AuditedWork(store, folder);
        for (int version = 0; version < 6; version += 3)
        {
            await store.Store.CommitAsync(Append("account-1", version, new MoneyPaidIn(1), new MoneyPaidIn(2), new MoneyPaidIn(3)), Cancellation);
            await store.Sealed(version + 3);
            await store.Get<Checkpoints>().SignAsync(Cancellation);
        }
        KeptHeads.Append(work.Heads, null, store.Get<CheckpointKey>().Verifier, await store.Get<Checkpoints>().AfterAsync(0, 10, Cancellation));
        return work;
    }

    private sealed class AuditedWork(TestStore store, TemporaryFolder folder) : IAsyncDisposable
    {
        public TestStore Store => store;

        public string Heads { get; } = Path.Combine(folder.Path, "kept.heads");

        /// <summary>Exports the log as it is now, and lets the command line judge the file: nothing else is there for it.</summary>
        public async Task<(int ExitCode, string Verdict)> VerifyAsync(params string[] options)
        {
            string file = Path.Combine(folder.Path, "log.jsonl");
            await LogFile.WriteAsync(file, LogsAsync(), Cancellation);
            var (exitCode, verdicts) = await CommandLine.AskAsync(folder.Path, Cancellation, ["audit", "verify", file, .. options]);
            Assert.All(verdicts.AsArray().Skip(1), other => Assert.Null(other!["fault"]));
            var fault = verdicts[0]!["fault"];
            return (exitCode, fault is null ? "untouched" : $"{fault["kind"]} at {fault["position"]}");
        }

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            folder.Dispose();
        }

        private async IAsyncEnumerable<ServiceLog> LogsAsync()
        {
            var log = store.Get<AuditLog>();
            yield return new ServiceLog(
                Services[0], store.Get<CheckpointKey>().Verifier, await store.Get<Checkpoints>().AfterAsync(0, 10, Cancellation),
                await log.HeadAsync(Cancellation), log.ExportAsync(0, Cancellation));
            foreach (string other in Services[1..]) yield return Empty(other);
        }
    }
}
