using System.Diagnostics;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// Every read model is built again, over and over, while commands go on. What commands take is measured in turns, a quiet one
/// and one with rebuilds, so that other work of the machine meets both alike; of more callers than elsewhere, so that a
/// hundredth is several. The bar is twice the quiet turns: for the median and for the p99, each with an allowance.
/// </summary>
internal static class RebuildUnderLoad
{
    private const int MoreCallers = 8;

    /// <summary>Of a median of some ten milliseconds the half is the scheduler's.</summary>
    private static readonly TimeSpan NoiseOfMedian = TimeSpan.FromMilliseconds(20);

    /// <summary>One stall of a disk decides about the slowest hundredth of some hundred commands.</summary>
    private static readonly TimeSpan NoiseOfSlowest = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    public static Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            await using var more = await Load.StartAsync(system.Running, system.History, run.NextName(), MoreCallers, token);
            var (quiet, rebuilding) = (new List<TimeSpan>(), new List<TimeSpan>());
            for (int turn = 0; turn < run.Choose(2, 6, 20); turn++)
            {
                quiet.AddRange(await TookAsync(system, () => Task.Delay(Turn, token)));
                rebuilding.AddRange(await TookAsync(system, () => RebuildAsync(system, token)));
            }

            Compare(system, "median", quiet, rebuilding, 0.5m, NoiseOfMedian);
            Compare(system, "p99", quiet, rebuilding, 0.99m, NoiseOfSlowest);
        },
        cancellation);

    private static async Task RebuildAsync(FaultSystem system, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Turn)
        {
            foreach (var (service, projection) in Projections.All)
            {
                await Projections.RebuildAsync(system, service, projection, cancellation);
                system.Faults++;
            }
        }
    }

    private static async Task<IEnumerable<TimeSpan>> TookAsync(FaultSystem system, Func<Task> meanwhile)
    {
        int before = system.History.Attempts.Count;
        await meanwhile();
        return system.History.Attempts.Skip(before).Select(attempt => attempt.Took);
    }

    private static void Compare(FaultSystem system, string name, List<TimeSpan> quiet, List<TimeSpan> rebuilding, decimal share, TimeSpan noise)
    {
        var (usual, slowed) = (At(quiet, share), At(rebuilding, share));
        string measured = $"{name} of commands: {usual.TotalMilliseconds:0} ms, while rebuilding {slowed.TotalMilliseconds:0} ms";
        Console.Error.WriteLine($"  {measured}");
        if (slowed > 2 * usual + noise) system.Seen.Add(new(ViolationKind.LeftOver, measured));
    }

    private static TimeSpan At(List<TimeSpan> took, decimal share) => took.Count == 0 ? TimeSpan.Zero : took.Order().ElementAt((int)(took.Count * share));
}
