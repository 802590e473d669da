using System.Diagnostics;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>Appends beside a hand-written loop, in turns on the same server, so that both meet the same weather.</summary>
internal static class AppendBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly (string Name, int Events, bool Existing)[] Shapes = [("single", 1, false), ("ten", 10, false), ("existing", 1, true)];

    public static async Task RunAsync(PostgresServer server, Report report, string only, CancellationToken cancellation)
    {
        await using var ours = await BenchStore.CreateAsync(server, "ours", cancellation);
        await using var loop = await BenchStore.CreateAsync(server, "by_hand", cancellation);
        await HandWrittenLoop.StripAsync(loop, cancellation);
        // Until the runtime has compiled the hot paths for good; before that both are measured in another state.
        Report.Progress("warming up");
        var warm = await loop.Superuser.OpenConnectionAsync(cancellation);
        for (int round = 0; round < 6; round++)
        {
            await MeasureAsync(32, existing: false, 1, _ => (stream, version) => AppendAsync(ours.Store, stream, version, 1, cancellation));
            await MeasureAsync(1, existing: false, 1, _ => (stream, version) => new HandWrittenLoop(warm, marking: true).AppendAsync(stream, version, 1, cancellation));
        }
        await warm.DisposeAsync();
        foreach (var (name, events, existing) in Shapes)
        {
            foreach (int callers in new[] { 1, 8, 32 })
            {
                string label = $"{name}, {callers} caller{(callers == 1 ? "" : "s")}";
                if (!label.StartsWith(only, StringComparison.Ordinal)) continue;
                Report.Progress(label);
                var mine = new List<double>();
                var (byHand, unmarked) = (new List<double>(), new List<double>());
                var connections = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => loop.Superuser.OpenConnectionAsync(cancellation).AsTask()));
                // The first round warms both up and is not counted.
                for (int round = 0; round <= Rounds; round++)
                {
                    double a = await MeasureAsync(callers, existing, events, _ => (stream, version) => AppendAsync(ours.Store, stream, version, events, cancellation));
                    double b = await ByHandAsync(marking: true);
                    double c = await ByHandAsync(marking: false);
                    if (round == 0) continue;
                    mine.Add(a);
                    byHand.Add(b);
                    unmarked.Add(c);
                }
                foreach (var connection in connections) await connection.DisposeAsync();
                report.Add(label, "events per second", Median(mine), "1/s", ("hand-written Npgsql loop, same rows", Median(byHand)));
                report.Add(label, "events per second, beside no sealed log", Median(mine), "1/s", ("the loop without the sealer's row", Median(unmarked)));

                Task<double> ByHandAsync(bool marking) => MeasureAsync(callers, existing, events, caller =>
                {
                    var byCaller = new HandWrittenLoop(connections[caller], marking);
                    return (stream, version) => byCaller.AppendAsync(stream, version, events, cancellation);
                });
            }
        }
    }

    private static async Task AppendAsync(IEventStore store, string stream, long expected, int count, CancellationToken cancellation)
    {
        var work = new UnitOfWork(new EventContext(BenchStore.Tenant, "bench", "correlation"));
        work.Append(stream, expected, [.. Enumerable.Repeat(Measured.Sample, count)]);
        if (!(await store.CommitAsync(work, cancellation)).IsAccepted) throw new InvalidOperationException("conflict");
    }

    private static async Task<double> MeasureAsync(int callers, bool existing, int events, Func<int, Func<string, long, Task>> appendOf)
    {
        long started = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var append = appendOf(caller);
            string stream = $"stream-{Guid.CreateVersion7():N}";
            int done = 0;
            for (; Stopwatch.GetElapsedTime(started) < Round; done++)
                await append(existing ? stream : $"{stream}-{done}", existing ? (long)done * events : 0);
            return done;
        })));
        return counts.Sum() * (double)events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
