using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>RabbitMQ's disk counts as full, then PostgreSQL's is; both are given space again.</summary>
internal static class FullDisk
{
    private const int Megabytes = 400;

    private static string Mountpoint(RunningSystem system) => system.Data.Postgres;

    public static Task<FaultReport> FillAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        new FaultSetup([], MountAsync),
        async (system, token) =>
        {
            var lasting = TimeSpan.FromSeconds(run.Choose(5, 15, 60));
            // No disk has so much free; the second limit is the configured one.
            await BrokerDown.BlockAsync(system, ["set_disk_free_limit", "1000000GB"], ["set_disk_free_limit", "200MB"], lasting, token);

            var filler = Path.Combine(Mountpoint(system.Running), "filler");
            int before = system.History.Attempts.Count;
            system.Faults++;
            Fill(filler);
            await system.SeesAsync(
                () => Task.FromResult(system.History.Attempts.Skip(before).Any(attempt => attempt.Outcome != Outcome.Ok)), TimeSpan.FromSeconds(60), "commands are refused on a full disk", token);
            await Task.Delay(lasting, token);
            system.RefusedWithRetryAfter(before);
            File.Delete(filler);
            await system.RunsAgainAsync(TimeSpan.FromSeconds(60), token);
        },
        cancellation);

    private static async Task MountAsync(RunningSystem system)
    {
        Directory.CreateDirectory(Mountpoint(system));
        await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", Mountpoint(system)], CancellationToken.None);
        system.AfterDown = () => Command.RunAsync("umount", ["-l", Mountpoint(system)], CancellationToken.None);
    }

    /// <summary>To the last byte.</summary>
    private static void Fill(string file)
    {
        var block = new byte[64 * 1024];
        using var filler = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) filler.Write(block);
        }
        catch (IOException)
        {
            // It is full, which was the aim.
            return;
        }
    }
}
