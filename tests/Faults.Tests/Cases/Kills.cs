namespace Pathways.Faults;

/// <summary>kill -9 again and again, of this or that; the supervisor starts it anew.</summary>
internal static class Kills
{
    private static readonly TimeSpan RunsAgainWithin = TimeSpan.FromSeconds(60);

    public static Task<FaultReport> ServicesAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [.. system.ServiceProcesses.Select(name => new[] { name })], run.Choose(6, 18, 60), token), cancellation);

    public static Task<FaultReport> AllAtOnceAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [[.. system.ServiceProcesses]], run.Choose(1, 3, 10), token), cancellation);

    public static Task<FaultReport> BrokerAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [["rabbitmq"]], run.Choose(1, 2, 10), token), cancellation);

    public static Task<FaultReport> DatabaseAsync(FaultRun run, CancellationToken cancellation)
        => UnderLoad.RunAsync(run, (system, token) => KillAsync(run, system, [["postgres"]], run.Choose(2, 10, 30), token), cancellation);

    /// <param name="victims">Each group in turn, all of one group at the same moment.</param>
    private static async Task KillAsync(FaultRun run, FaultSystem system, string[][] victims, int kills, CancellationToken cancellation)
    {
#pragma warning disable CA5394 // Moments of killing are to be repeatable, not secret.
        var random = new Random(run.Seed);
        for (int i = 0; i < kills; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 3000)), cancellation);
            var group = victims[i % victims.Length];
            // Killing what is down already would be no fault: a lone victim is waited for.
            if (victims.Length == 1) await system.RunsAgainAsync(RunsAgainWithin, cancellation);
            foreach (var victim in group) system.Kill(victim);
        }
#pragma warning restore CA5394
    }
}
