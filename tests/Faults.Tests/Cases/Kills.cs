using System.Diagnostics;
using Pathways.LocalHost;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>kill -9 again and again, of this or that; the supervisor starts it anew.</summary>
internal static class Kills
{
    private static readonly TimeSpan RunsAgainWithin = TimeSpan.FromSeconds(60);

    /// <summary>From the kill until the process takes requests again.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(10);

    /// <summary>Here others start at the same time, under load, perhaps on a machine with other work: half of the starts may take longer, none by far.</summary>
    private static readonly TimeSpan SlowestReadyWithin = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan NewArrivesWithin = TimeSpan.FromSeconds(30);

    public static Task<FaultReport> ServicesAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var starts = new List<Task<TimeSpan>>();
            await KillAsync(
                run, system, [.. system.ServiceProcesses.Select(name => new[] { name })], run.Choose(6, 18, 60), token,
                killed =>
                {
                    starts.AddRange(killed.Select(process => ReadyAgainAsync(system, process, token)));
                    return Task.CompletedTask;
                });
            var took = (await Task.WhenAll(starts)).Order().ToList();
            var (median, slowest) = (took[took.Count / 2], took[^1]);
            await Console.Error.WriteLineAsync($"  ready again after a kill: {median.TotalSeconds:0.0} s in the median, {slowest.TotalSeconds:0.0} s at most");
            // The short form has a single start of each, among all other tests: that it heals in time is asked there, and no more.
            if (run.Choose(@short: false, usual: true, @long: true) && (median > ReadyWithin || slowest > SlowestReadyWithin))
                system.Seen.Add(new(ViolationKind.LeftOver, $"a killed process was ready again after {median.TotalSeconds:0.0} s in the median, {slowest.TotalSeconds:0.0} s at most"));
        },
        cancellation);

    public static Task<FaultReport> AllAtOnceAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [[.. system.ServiceProcesses]], run.Choose(1, 3, 10), token), cancellation);

    public static Task<FaultReport> BrokerAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        (system, token) => KillAsync(
            run, system, [["rabbitmq"]], run.Choose(1, 2, 10), token,
            _ => system.NewArrivesAsync(NewArrivesWithin, "what is recorded after the broker was killed is in the feed", token)),
        cancellation);

    public static Task<FaultReport> DatabaseAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            int before = system.History.Attempts.Count;
            await KillAsync(run, system, [["postgres"]], run.Choose(2, 10, 30), token);
            system.RefusedWithRetryAfter(before);
        },
        cancellation);

    /// <param name="victims">Each group in turn, all of one group at the same moment.</param>
    /// <param name="afterwards">Is given the processes as they were; the next kill comes when it has returned.</param>
    private static async Task KillAsync(
        FaultRun run, FaultSystem system, string[][] victims, int kills, CancellationToken cancellation, Func<IReadOnlyList<ProcessState>, Task>? afterwards = null)
    {
#pragma warning disable CA5394 // Moments of killing are to be repeatable, not secret.
        var random = new Random(run.Seed);
        for (int i = 0; i < kills; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 3000)), cancellation);
            var group = victims[i % victims.Length];
            // Killing what is down already would be no fault.
            await system.RunAgainAsync(group, RunsAgainWithin, cancellation);
            var running = group.Select(system.Running.Process).ToList();
            foreach (var victim in group) system.Kill(victim);
            if (afterwards is not null) await afterwards(running);
        }
#pragma warning restore CA5394
    }

    private static async Task<TimeSpan> ReadyAgainAsync(FaultSystem system, ProcessState killed, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        await system.Running.RestartedAsync(killed, RunsAgainWithin, cancellation);
        return Stopwatch.GetElapsedTime(since);
    }
}
