using Pathways.EventStore;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// An old and a new build of a service on one database; the new one stores a type of event that the old one does not know.
/// The old one stops at those events and nowhere else; after a rollback and another upgrade nothing is missing.
/// </summary>
internal static class TwoBuilds
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        await using var server = await PostgresServer.StartAsync();
        var wrong = new List<Violation>();
        await using var old = await CountingService.StartAsync(server, run.Replicas, CountingService.OldTypes, new TallyProjection("tally"));
        for (int i = 0; i < 10; i++) await old.CountAsync(0, $"stream-{i % 5}", new Counted(i), cancellation);

        // Blue and green: both serve, and the projection goes on, done by whoever can.
        var tally = new TallyProjection("tally");
        await using (var green = await old.StartBesideAsync(run.Replicas, CountingService.NewTypes, tally))
        {
            for (int i = 0; i < 10; i++)
            {
                await green.CountAsync(0, $"stream-{i % 2}", new Discounted(i), cancellation);
                await old.CountAsync(0, $"stream-{2 + (i % 3)}", new Counted(i), cancellation);
            }

            await Eventually.TrueAsync(async () => await green.PositionAsync(tally, cancellation) == 30, Patience, "the projection goes on while two builds run", cancellation);
            if (await StopsAsync(old, "stream-0", cancellation) is { } passed) wrong.Add(passed);

            // The last thing that the new build does before it is rolled back.
            tally.Paused = true;
            await old.CountAsync(0, "stream-4", new Counted(100), cancellation);
            await green.CountAsync(0, "stream-0", new Discounted(100), cancellation);
        }

        // Rolled back: the old build serves what it knows, and its projection stops exactly before what it does not.
        await old.CountAsync(0, "stream-4", new Counted(200), cancellation);
        await Eventually.TrueAsync(async () => await old.PositionAsync(tally, cancellation) == 31, Patience, "the old build's projection stops before the unknown event", cancellation);
        await Eventually.TrueAsync(
            async () => (await old.HealthAsync(0, cancellation)).Contains("tally_v1 stands still", StringComparison.Ordinal), Patience, "health says so", cancellation);
        if (await StopsAsync(old, "stream-0", cancellation) is { } again) wrong.Add(again);

        var upgraded = new TallyProjection("tally");
        await using var @new = await old.StartBesideAsync(run.Replicas, CountingService.NewTypes, upgraded);
        await Eventually.TrueAsync(async () => await @new.PositionAsync(upgraded, cancellation) == 33, Patience, "the upgraded build catches up", cancellation);
        await @new.CountAsync(0, "stream-0", new Counted(1), cancellation);
        await Eventually.TrueAsync(async () => await @new.PositionAsync(upgraded, cancellation) == 34, Patience, "and goes on", cancellation);
        wrong.AddRange(await @new.NotReplayEqualAsync(upgraded, cancellation));
        // 0 to 9 on five streams, less 0 to 9 on two, 0 to 9 on three, and what followed.
        if (await @new.TotalAsync(upgraded, cancellation) is not 246 and var total) wrong.Add(new(ViolationKind.Lost, $"the total is {total} instead of 246"));
        return FaultReport.Of(2, wrong);
    }

    /// <summary>A decision on a stream that one cannot read would be a guess.</summary>
    private static async Task<Violation?> StopsAsync(CountingService old, string stream, CancellationToken cancellation)
    {
        try
        {
            await old.CountAsync(0, stream, new Counted(1), cancellation);
            return new(ViolationKind.Phantom, "the old build has decided on a stream that it cannot read");
        }
        catch (UnknownEventTypeException)
        {
            return null;
        }
    }
}
