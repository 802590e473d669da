using System.Diagnostics;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>Our appends beside those of peers, in turns on the same server, so that all meet the same weather.</summary>
internal static class AppendBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly (string Name, int Events, bool Existing)[] Shapes = [("single", 1, false), ("ten", 10, false), ("existing", 1, true)];

    public static async Task RunAsync(PostgresServer server, Report report, string only, CancellationToken cancellation)
    {
        await using var ours = new OurStore(await BenchStore.CreateAsync(server, "ours", cancellation));
        await using var byHand = await BenchStore.CreateAsync(server, "by_hand", cancellation);
        await HandWrittenLoop.StripAsync(byHand, cancellation);
        var peers = await PeersAsync(server, server.SuperuserConnectionString("by_hand"), cancellation);
        await WarmUpAsync([ours, .. peers], cancellation);
        foreach (var (name, events, existing) in Shapes)
        {
            foreach (int callers in new[] { 1, 8, HandWrittenLoop.MostCallers })
            {
                string label = $"{name}, {callers} caller{(callers == 1 ? "" : "s")}";
                if (!label.StartsWith(only, StringComparison.Ordinal)) continue;
                Report.Progress(label);
                double[] rates = await InTurnsAsync([ours, .. peers], callers, events, existing, cancellation);
                foreach (var (peer, rate) in peers.Zip(rates.Skip(1))) report.Add(label, peer.Metric, rates[0], "1/s", (peer.Name, rate));
            }
        }
        foreach (var peer in peers) await peer.DisposeAsync();
    }

    private static async Task<IAppends[]> PeersAsync(PostgresServer server, string byHand, CancellationToken cancellation) =>
    [
        await HandWrittenLoop.OpenAsync(
            "events per second", "hand-written Npgsql loop, same rows", byHand, prepared: true, marking: true, cancellation),
        await HandWrittenLoop.OpenAsync(
            "events per second, beside no sealed log", "the loop without the sealer's row", byHand, prepared: true, marking: false, cancellation),
        await HandWrittenLoop.OpenAsync(
            "events per second, beside statements not prepared", "the loop without preparing", byHand, prepared: false, marking: false, cancellation),
#if MARTEN
        await MartenPeer.CreateAsync(server),
#endif
    ];

    /// <summary>Until the runtime has compiled the hot paths for good; before that each is measured in another state.</summary>
    private static async Task WarmUpAsync(IAppends[] all, CancellationToken cancellation)
    {
        Report.Progress("warming up");
        for (int round = 0; round < 6; round++)
            foreach (var one in all) await MeasureAsync(one, one is OurStore ? HandWrittenLoop.MostCallers : 1, 1, existing: false, cancellation);
    }

    /// <summary>The medians, in the order of those who append.</summary>
    private static async Task<double[]> InTurnsAsync(IAppends[] all, int callers, int events, bool existing, CancellationToken cancellation)
    {
        var rates = all.Select(_ => new List<double>()).ToArray();
        // The first round warms all of them up and is not counted.
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                double rate = await MeasureAsync(all[i], callers, events, existing, cancellation);
                if (round > 0) rates[i].Add(rate);
            }
        }
        return [.. rates.Select(rounds => rounds.Order().ElementAt(rounds.Count / 2))];
    }

    private static async Task<double> MeasureAsync(IAppends one, int callers, int events, bool existing, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            string stream = $"stream-{Guid.CreateVersion7():N}";
            int done = 0;
            for (; Stopwatch.GetElapsedTime(started) < Round; done++)
                await one.AppendAsync(caller, existing ? stream : $"{stream}-{done}", existing ? (long)done * events : 0, events, cancellation);
            return done;
        })));
        return counts.Sum() * (double)events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
