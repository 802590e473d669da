using System.Diagnostics;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>Every read model is built again, over and over, while commands go on.</summary>
internal static class RebuildUnderLoad
{
    /// <summary>On a machine that is busy with something else the slowest command says little: only well beyond it is a fault.</summary>
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(1);

    public static Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var lasting = run.Choose(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));
            int before = system.History.Attempts.Count;
            await Task.Delay(lasting, token);
            var usual = Slowest(system, before);

            before = system.History.Attempts.Count;
            var since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since) < lasting)
            {
                foreach (var (service, projection) in Projections.All)
                {
                    await Projections.RebuildAsync(system, service, projection, token);
                    system.Faults++;
                }
            }

            var rebuilding = Slowest(system, before);
            await Console.Error.WriteLineAsync($"  p99 of commands: {usual.TotalMilliseconds:0} ms, while rebuilding {rebuilding.TotalMilliseconds:0} ms");
            if (rebuilding > 2 * usual + Noise)
                system.Seen.Add(new(ViolationKind.LeftOver, $"p99 of commands rose from {usual.TotalMilliseconds:0} ms to {rebuilding.TotalMilliseconds:0} ms"));
        },
        cancellation,
        Projections.NotReplayEqualAsync);

    private static TimeSpan Slowest(FaultSystem system, int from)
    {
        var took = system.History.Attempts.Skip(from).Select(attempt => attempt.Took).Order().ToList();
        return took.Count == 0 ? TimeSpan.Zero : took[(int)(took.Count * 0.99m)];
    }
}
