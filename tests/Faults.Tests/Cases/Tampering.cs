using Pathways.EventStore.Integrity;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>Somebody whom no privilege stops changes the log; whoever verifies it names the first bad position.</summary>
internal static class Tampering
{
    private const int Events = 12;

    private static readonly (string What, string Sql, long Position, bool NeedsKeptHead)[] Manipulations =
    [
        ("an event changed", "update events.mt_events set data = jsonb_set(data, '{Number}', '1000000') where version = 3", 3, false),
        ("an author changed", "update events.mt_events set user_name = 'somebody else' where version = 4", 4, false),
        ("an event deleted", "delete from events.mt_events where version = 5", 5, false),
        ("two events swapped", "update events.mt_events set version = case version when 6 then -7 else -6 end where version in (6, 7); update events.mt_events set version = -version where version < 0", 6, false),
        ("two rows of the log swapped", "update events.log set position = case position when 6 then -7 else -6 end where position in (6, 7); update events.log set position = -position where position < 0", 6, false),
        ("a row of the log deleted", "delete from events.log where position = 8", 8, false),
        ("a seal changed", "update events.log set hash = sha256(hash) where position = 9", 9, false),
        ("the event that a row of the log names changed", "update events.log set event_id = gen_random_uuid() where position = 9", 9, false),
        ("whose a row of the log is changed", "update events.log set tenant_id = 'somebody-else' where position = 4", 4, false),
        ("the tail cut", "delete from events.log where position > 10", 11, false),
        ("the tail cut, and the head with it", "delete from events.log where position > 10; update events.log_head set position = 10, hash = (select hash from events.log where position = 10)", 11, true),
    ];

    public delegate Task<LogFault?> Verify(AuditLog log, (long Size, byte[] Root)? kept, CancellationToken cancellation);

    public static async Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        await using var server = await PostgresServer.StartAsync();
        return FaultReport.Of(Manipulations.Length, await RunAsync(server, Verifier, cancellation));
    }

    public static async Task<IReadOnlyList<Violation>> RunAsync(PostgresServer server, Verify verify, CancellationToken cancellation)
    {
        var wrong = new List<Violation>();
        foreach (var (what, sql, position, needsKeptHead) in Manipulations)
        {
            await using var store = await SealedAsync(server, cancellation);
            var log = store.Get<AuditLog>();
            var kept = await HeadAsync(log, cancellation);
            if (await verify(log, kept, cancellation) is { } early) wrong.Add(new(ViolationKind.Phantom, $"a sound log is said to be bad: {early}"));

            await store.TamperAsync(sql, cancellation);
            if (needsKeptHead && await verify(log, null, cancellation) is { } lucky)
                wrong.Add(new(ViolationKind.Phantom, $"{what}: found without a kept head, so this shows nothing: {lucky}"));
            var fault = await verify(log, kept, cancellation);
            if (fault is null) wrong.Add(new(ViolationKind.Lost, $"{what}: not found"));
            else if (fault.Position != position) wrong.Add(new(ViolationKind.LeftOver, $"{what} at {position}: said to be at {fault.Position}"));
        }

        return wrong;
    }

    public static async Task<LogFault?> Verifier(AuditLog log, (long Size, byte[] Root)? kept, CancellationToken cancellation)
    {
        var verifier = new LogVerifier();
        if (kept is { } head) verifier.Expect(head.Size, head.Root);
        await foreach (var entry in log.ExportAsync(0, cancellation)) verifier.Add(entry);
        return verifier.Finish(await log.HeadAsync(cancellation));
    }

    /// <summary>The mutant: counts and believes.</summary>
    public static async Task<LogFault?> WithoutHashes(AuditLog log, (long Size, byte[] Root)? kept, CancellationToken cancellation)
    {
        long position = 0;
        await foreach (var entry in log.ExportAsync(0, cancellation))
        {
            if (entry.Position != ++position) return new LogFault(position, LogFaultKind.PositionMissing, "");
            if (entry.Event is null) return new LogFault(position, LogFaultKind.EventMissing, "");
        }

        return (await log.HeadAsync(cancellation)).Position != position || kept?.Size > position ? new LogFault(position + 1, LogFaultKind.TailMissing, "") : null;
    }

    private static async Task<SmallStore> SealedAsync(PostgresServer server, CancellationToken cancellation)
    {
        var store = await SmallStore.CreateAsync(server, cancellation);
        await store.StartAsync(cancellation);
        for (int i = 0; i < Events; i++) await store.CountAsync("counted", i, cancellation);
        await store.SealedAsync(Events, cancellation);
        return store;
    }

    private static async Task<(long Size, byte[] Root)> HeadAsync(AuditLog log, CancellationToken cancellation)
    {
        var verifier = new LogVerifier();
        await foreach (var entry in log.ExportAsync(0, cancellation)) verifier.Add(entry);
        return (verifier.Position, verifier.Root());
    }
}
