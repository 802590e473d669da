using Pathways.LocalHost.Description;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// The clock of one service goes wrong and jumps, then that of another one (libfaketime; timers, which follow the monotonic
/// clock, go on). The first takes commands; the second has deadlines, which are met once however often their time comes.
/// </summary>
internal static class Clocks
{
    private const string Libraries = "/usr/lib";
    private const string TakesCommands = "learning-record";
    private const string HasDeadlines = "pathway-stacking";

    private static readonly (string Text, TimeSpan By)[] Jumps =
        [("+1h", TimeSpan.FromHours(1)), ("-1h", TimeSpan.FromHours(-1)), ("+30", TimeSpan.FromSeconds(30)), ("+0", TimeSpan.Zero)];

    /// <summary>A service's <c>Date</c> is in whole seconds and may be one old; its machine may be busy.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan JumpsWithin = TimeSpan.FromSeconds(15);

    private static readonly string? Library = Directory.EnumerateDirectories(Libraries)
        .Select(folder => Path.Combine(folder, "faketime/libfaketimeMT.so.1")).FirstOrDefault(File.Exists);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<FaultReport> JumpAsync(FaultRun run, CancellationToken cancellation)
    {
        if (Library is null) return FaultReport.Failed("libfaketime is not installed: apt-get install -y --no-install-recommends libfaketime");
        using var folder = new TemporaryFolder("clock");
        string ClockOf(string victim) => folder.Sub(victim);
        foreach (var victim in (string[])[TakesCommands, HasDeadlines]) await File.WriteAllTextAsync(ClockOf(victim), "+0", cancellation);
        return await UnderLoad.RunAsync(
            run,
            new FaultSetup([.. SettingsOf(TakesCommands, ClockOf(TakesCommands)), .. SettingsOf(HasDeadlines, ClockOf(HasDeadlines))]),
            async (system, token) =>
            {
                var lasting = TimeSpan.FromSeconds(run.Choose(3, 8, 40));
                var exception = await ExpiringException.GrantAsync(system, run.NextName(), TimeSpan.FromMinutes(30), token);
                foreach (var (text, by) in Jumps) await JumpAsync(system, TakesCommands, ClockOf(TakesCommands), text, by, lasting, token);
                if (await exception.EndedAsync(token) != 0) system.Seen.Add(new(ViolationKind.LeftOver, "another service's clock ended an exception"));
                foreach (var (text, by) in Jumps)
                {
                    await JumpAsync(system, HasDeadlines, ClockOf(HasDeadlines), text, by, lasting, token);
                    // An hour ahead its half hour is over; what comes after must not end it again.
                    await system.SeesAsync(async () => await exception.EndedAsync(token) > 0, JumpsWithin, "the exception's time is over an hour ahead", token);
                }

                await exception.EndedOnceAsync(token);
            },
            cancellation);
    }

    private static IEnumerable<Setting> SettingsOf(string victim, string clock) =>
    [
        new(victim, "LD_PRELOAD", Library!), new(victim, "FAKETIME_TIMESTAMP_FILE", clock), new(victim, "FAKETIME_CACHE_DURATION", "1"),
        new(victim, "FAKETIME_DONT_FAKE_MONOTONIC", "1"), new(victim, "DONT_FAKE_MONOTONIC", "1"),
    ];

    private static async Task JumpAsync(
        FaultSystem system, string victim, string clock, string text, TimeSpan by, TimeSpan lasting, CancellationToken cancellation)
    {
        system.Faults++;
        await File.WriteAllTextAsync(clock, text, cancellation);
        await system.SeesAsync(() => IsAheadAsync(system, victim, by, cancellation), JumpsWithin, $"the clock of {victim} is {text} from ours, else the fault was none", cancellation);
        await Task.Delay(lasting, cancellation);
    }

    /// <summary>Every replica, by what it answers.</summary>
    private static async Task<bool> IsAheadAsync(FaultSystem system, string victim, TimeSpan by, CancellationToken cancellation)
    {
        var service = system.Running.Topology.Service(victim);
        for (int replica = 0; replica < service.Ports.Count; replica++)
        {
            using var answer = await Http.GetAsync(new Uri(service.Url(replica) + "/alive"), cancellation);
            if (answer.Headers.Date is not { } date || (date - TimeProvider.System.GetUtcNow() - by).Duration() > Tolerance) return false;
        }

        return true;
    }
}
