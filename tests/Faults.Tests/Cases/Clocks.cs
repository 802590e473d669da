using Pathways.LocalHost.Description;
using Pathways.Tests.Support;

namespace Pathways.Faults;

/// <summary>The clock of one service goes wrong and jumps (libfaketime; timers, which follow the monotonic clock, go on).</summary>
internal static class Clocks
{
    private const string Libraries = "/usr/lib";
    private const string Victim = "learning-record";

    private static readonly string? Library = Directory.EnumerateDirectories(Libraries)
        .Select(folder => Path.Combine(folder, "faketime/libfaketimeMT.so.1")).FirstOrDefault(File.Exists);

    public static async Task<FaultReport> JumpAsync(FaultRun run, CancellationToken cancellation)
    {
        if (Library is null) return FaultReport.Failed("libfaketime is not installed: apt-get install -y --no-install-recommends libfaketime");
        using var folder = new TemporaryFolder("clock");
        var clock = folder.Sub("offset");
        await File.WriteAllTextAsync(clock, "+0", cancellation);
        var settings = new[]
        {
            ("LD_PRELOAD", Library), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_CACHE_DURATION", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1"),
        };
        return await UnderLoad.RunAsync(
            run,
            new FaultSetup([.. settings.Select(setting => new Setting(Victim, setting.Item1, setting.Item2))]),
            async (system, token) =>
            {
                foreach (var offset in (string[])["+1h", "-1h", "+30", "+0"])
                {
                    system.Faults++;
                    await File.WriteAllTextAsync(clock, offset, token);
                    await Task.Delay(TimeSpan.FromSeconds(run.Choose(4, 15, 60)), token);
                }
            },
            cancellation);
    }
}
