using System.Diagnostics;
using Pathways.LocalHost;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>kill -9 again and again, of this or that; the supervisor starts it anew.</summary>
internal static class Kills
{
    private static readonly TimeSpan RunsAgainWithin = TimeSpan.FromSeconds(60);

    /// <summary>From the kill until the process takes requests again, each time.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(10);

    /// <summary>Shorter than a start takes: what begins is interrupted by what dies beside it.</summary>
    private static readonly (int From, int To) InQuickSuccession = (500, 3_000);

    /// <summary>Thirty in five minutes: most starts have their machine to themselves, so how long they take is their own.</summary>
    private static readonly (int From, int To) NowAndThen = (5_000, 15_000);

    private static readonly TimeSpan NewArrivesWithin = TimeSpan.FromSeconds(30);

    public static Task<FaultReport> ServicesAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            string[][] victims = [.. system.ServiceProcesses.Select(name => new[] { name })];
            // Before the others: whoever has died soon after a start is started later the next time.
            await ReadyInTimeAsync(run, system, victims, run.Choose(0, 12, 30), token);
            await KillAsync(run, system, victims, run.Choose(6, 18, 60), InQuickSuccession, token);
        },
        cancellation);

    public static Task<FaultReport> AllAtOnceAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [[.. system.ServiceProcesses]], run.Choose(1, 3, 10), InQuickSuccession, token), cancellation);

    public static Task<FaultReport> BrokerAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        (system, token) => KillAsync(
            run, system, [["rabbitmq"]], run.Choose(1, 2, 10), InQuickSuccession, token,
            async killed =>
            {
                // Among all other tests the broker alone may take that long to start: there the time counts from when it is back.
                if (run.Choose(@short: true, usual: false, @long: false)) await ReadyAgainAsync(system, killed[0], token);
                await system.NewArrivesAsync(NewArrivesWithin, "what is recorded after the broker was killed is in the feed", token);
            }),
        cancellation);

    public static Task<FaultReport> DatabaseAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            int before = system.History.Attempts.Count;
            await KillAsync(run, system, [["postgres"]], run.Choose(2, 10, 30), InQuickSuccession, token);
            system.RefusedWithRetryAfter(before);
        },
        cancellation);

    /// <param name="victims">Each group in turn, all of one group at the same moment.</param>
    /// <param name="pause">Before each, in milliseconds.</param>
    /// <param name="afterwards">Is given the processes as they were; the next kill comes when it has returned.</param>
    private static async Task KillAsync(
        FaultRun run, FaultSystem system, string[][] victims, int kills, (int From, int To) pause, CancellationToken cancellation,
        Func<IReadOnlyList<ProcessState>, Task>? afterwards = null)
    {
#pragma warning disable CA5394 // Moments of killing are to be repeatable, not secret.
        var random = new Random(run.Seed);
        for (int i = 0; i < kills; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(pause.From, pause.To)), cancellation);
            var group = victims[i % victims.Length];
            // Killing what is down already would be no fault.
            await system.RunAgainAsync(group, RunsAgainWithin, cancellation);
            var running = group.Select(system.Running.Process).ToList();
            foreach (var victim in group) system.Kill(victim);
            if (afterwards is not null) await afterwards(running);
        }
#pragma warning restore CA5394
    }

    /// <param name="kills">None among all other tests: how soon something is ready is no question there.</param>
    private static async Task ReadyInTimeAsync(FaultRun run, FaultSystem system, string[][] victims, int kills, CancellationToken cancellation)
    {
        var starts = new List<Task<TimeSpan>>();
        await KillAsync(
            run, system, victims, kills, NowAndThen, cancellation,
            killed =>
            {
                starts.AddRange(killed.Select(process => ReadyAgainAsync(system, process, cancellation)));
                return Task.CompletedTask;
            });
        var took = (await Task.WhenAll(starts)).Order().ToList();
        if (took is not [.., var slowest]) return;
        await Console.Error.WriteLineAsync($"  ready again after a kill: {took[took.Count / 2].TotalSeconds:0.0} s in the median, {slowest.TotalSeconds:0.0} s at most");
        if (slowest > ReadyWithin) system.Seen.Add(new(ViolationKind.LeftOver, $"a killed process was ready again after {slowest.TotalSeconds:0.0} s only"));
    }

    private static async Task<TimeSpan> ReadyAgainAsync(FaultSystem system, ProcessState killed, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        await system.Running.RestartedAsync(killed, RunsAgainWithin, cancellation);
        return Stopwatch.GetElapsedTime(since);
    }
}
