using System.Collections.Concurrent;
using Npgsql;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// The power goes while writers are being told that they have committed. PostgreSQL's data lie on a disk of their own that
/// forgets, as a real one, whatever was not flushed.
/// </summary>
internal static class PowerCut
{
    private const int Writers = 8;

    private static readonly TimeSpan Writing = TimeSpan.FromSeconds(2);

    public static bool IsPossible => LoopDisk.IsPossible;

    public static string WhyNot => "A disk that forgets needs root, mkfs.ext4 and a loop device.";

    public static async Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        var wrong = new List<Violation>(await DurabilityAsync(cancellation));
        if (!IsPossible) return FaultReport.Of(1, [.. wrong, new(ViolationKind.LeftOver, WhyNot)]);
        int cuts = run.Choose(1, 3, 10);
        for (int i = 0; i < cuts; i++) wrong.AddRange(await RunAsync(fsync: true, cancellation));
        return FaultReport.Of(cuts, wrong);
    }

    public static async Task<IReadOnlyList<Violation>> RunAsync(bool fsync, CancellationToken cancellation)
    {
        using var disk = await LoopDisk.CreateAsync(cancellation);
        await using var server = new PostgresServer(disk.Sub("postgres"), fsync ? [] : ["fsync=off"]);
        await server.InitializeAsync();
        await using var store = await SmallStore.CreateAsync(server, cancellation);
        // What there is to begin with is on the disk, whatever the settings: only what is written from now on can be lost.
        await store.SqlAsync("checkpoint", cancellation);
        await disk.FlushAsync(cancellation);

        var (asked, acknowledged) = (new ConcurrentQueue<Guid>(), new ConcurrentQueue<Guid>());
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(store, $"stream-{writer}", asked, acknowledged, cancellation)));
        await Task.Delay(Writing, cancellation);
        disk.CutPower();
        await server.KillAsync();
        await writing;

        await disk.PowerOnAsync(cancellation);
        if (acknowledged.IsEmpty) return [new(ViolationKind.LeftOver, "nothing was written: the fault was none")];
        return await StartsAgainAsync(server)
            ? Judge([.. acknowledged], await store.StoredAsync(cancellation), [.. asked])
            : [new(ViolationKind.Lost, "the server does not start any more: everything is lost")];
    }

    /// <summary>Between streams there is no order to keep.</summary>
    private static IReadOnlyList<Violation> Judge(HashSet<Guid> acknowledged, IReadOnlyList<Guid> stored, IReadOnlyList<Guid> asked)
        => Effects.Violations([.. stored.Where(acknowledged.Contains), .. acknowledged.Except(stored)], stored, asked);

    private static async Task WriteAsync(
        SmallStore store, string stream, ConcurrentQueue<Guid> asked, ConcurrentQueue<Guid> acknowledged, CancellationToken cancellation)
    {
        try
        {
            for (int i = 0; ; i++)
            {
                if (await store.CountAsync(stream, i, cancellation, asked.Enqueue) is { } id) acknowledged.Enqueue(id);
            }
        }
        catch (NpgsqlException)
        {
            // The power is gone.
            return;
        }
    }

    private static async Task<bool> StartsAgainAsync(PostgresServer server)
    {
        try
        {
            await server.StartAgainAsync();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The settings that the promise rests on, in the server as LocalHost runs it.</summary>
    public static async Task<IReadOnlyList<Violation>> DurabilityAsync(CancellationToken cancellation, params string[] settings)
    {
        await using var server = new PostgresServer(folder: null, settings);
        await server.InitializeAsync();
        await using var store = await SmallStore.CreateAsync(server, cancellation);
        var wrong = new List<Violation>();
        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
        {
            if (await store.SqlAsync($"show {setting}", cancellation) is not "on" and var value)
                wrong.Add(new(ViolationKind.LeftOver, $"{setting} is {value}"));
        }

        return wrong;
    }
}
