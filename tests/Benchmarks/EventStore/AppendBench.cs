using System.Diagnostics;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>Our appends beside those of peers, in turns on the same server, so that all meet the same weather.</summary>
internal static class AppendBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly (string Name, int Events, bool Existing)[] Shapes = [("single", 1, false), ("ten", 10, false), ("existing", 1, true)];

    /// <param name="only">How the names of the cases begin that are wanted; empty for all.</param>
    public static async Task RunAsync(PostgresServer server, Report report, string only, CancellationToken cancellation)
    {
        var cases = Cases().Where(named => named.Label.StartsWith(only, StringComparison.Ordinal)).ToArray();
        if (cases.Length == 0) return;
        await using var ours = new OurStore(await BenchStore.CreateAsync(server, "ours", cancellation));
        await using var byHand = await BenchStore.CreateAsync(server, "by_hand", cancellation);
        await HandWrittenLoop.StripAsync(byHand, cancellation);
        var peers = await PeersAsync(server, server.SuperuserConnectionString("by_hand"), cancellation);
        await WarmUpAsync([ours, .. peers], cancellation);
        foreach (var one in cases)
        {
            Report.Progress(one.Label);
            double[] rates = await InTurnsAsync([ours, .. peers], one, cancellation);
            foreach (var (peer, rate) in peers.Zip(rates.Skip(1))) report.Add(one.Label, peer.Metric, rates[0], "1/s", (peer.Name, rate));
        }
        foreach (var peer in peers) await peer.DisposeAsync();
    }

    private static IEnumerable<Case> Cases() =>
        from shape in Shapes
        from callers in new[] { 1, 8, HandWrittenLoop.MostCallers }
        select new Case($"{shape.Name}, {callers} caller{(callers == 1 ? "" : "s")}", callers, shape.Events, shape.Existing);

    private static async Task<IAppends[]> PeersAsync(PostgresServer server, string byHand, CancellationToken cancellation) =>
    [
        await HandWrittenLoop.OpenAsync(
            "events per second", "hand-written Npgsql loop", byHand, prepared: false, marking: false, cancellation),
        await HandWrittenLoop.OpenAsync(
            "events per second, beside prepared statements", "the loop, prepared", byHand, prepared: true, marking: false, cancellation),
        await HandWrittenLoop.OpenAsync(
            "events per second, beside prepared statements and a sealed log", "the loop, prepared, with the sealer's row", byHand, prepared: true, marking: true, cancellation),
#if MARTEN
        await MartenPeer.CreateAsync(server),
#endif
    ];

    /// <summary>Until the runtime has compiled the hot paths for good; before that each is measured in another state.</summary>
    private static async Task WarmUpAsync(IAppends[] all, CancellationToken cancellation)
    {
        Report.Progress("warming up");
        for (int round = 0; round < 6; round++)
            foreach (var one in all) await RateAsync(one, new Case("", one is OurStore ? HandWrittenLoop.MostCallers : 1, 1, Existing: false), cancellation);
    }

    /// <summary>The medians, in the order of those who append.</summary>
    private static async Task<double[]> InTurnsAsync(IAppends[] all, Case measured, CancellationToken cancellation)
    {
        var rates = all.Select(_ => new Samples()).ToArray();
        // The first round warms all of them up and is not counted.
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                double rate = await RateAsync(all[i], measured, cancellation);
                if (round > 0) rates[i].Add(rate);
            }
        }
        return [.. rates.Select(rounds => rounds.Percentile(0.5))];
    }

    /// <summary>Events per second.</summary>
    private static async Task<double> RateAsync(IAppends one, Case measured, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, measured.Callers).Select(caller => Task.Run(async () =>
        {
            string stream = $"stream-{Guid.CreateVersion7():N}";
            int done = 0;
            for (; Stopwatch.GetElapsedTime(started) < Round; done++)
            {
                await one.AppendAsync(
                    caller, measured.Existing ? stream : $"{stream}-{done}", measured.Existing ? (long)done * measured.Events : 0, measured.Events, cancellation);
            }
            return done;
        })));
        return counts.Sum() * (double)measured.Events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <param name="Existing">Each caller goes on with one stream; else every append makes a new one.</param>
    private sealed record Case(string Label, int Callers, int Events, bool Existing);
}
