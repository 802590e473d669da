using Pathways.Tests.Support;

namespace Pathways.Benchmarks.Stacking;

/// <summary>
/// <c>stacking</c>: credentials as they are published by credential-issuance go through RabbitMQ into the running service, and the time counts until the
/// decision about the learner's stack is committed. Beside it in the same run the least that this can take: the same messages, consumed, with one append each.
/// </summary>
internal static class StackingBench
{
    private const int Rate = 200;
    private const double Bar = 25;
    private const int Backlog = 2_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var rabbit = await RabbitServer.StartAsync();
        DecisionAlone.Run(report);
        var only = arguments.Count > 0 ? arguments[0] : "";
        var events = (int)(Rate * Duration.TotalSeconds);
        Report.Progress("warming up …");
        await using (var warming = await StackingSystem.StartAsync(postgres, rabbit, learners: 800, cancellation)) await warming.WarmUpAsync(Rate, cancellation);
        var bare = new Samples();
        foreach (var (name, learners) in ((string, int)[])[("bare consume and append", 0), ("many learners", 800), ("long stacks", 50)])
        {
            if (!name.Contains(only, StringComparison.Ordinal)) continue;
            Report.Progress($"{name}: {events} credentials, {Rate} per second …");
            await using var system = await (learners == 0 ? StackingSystem.StartBareAsync(postgres, rabbit, cancellation) : StackingSystem.StartAsync(postgres, rabbit, learners, cancellation));
            var samples = await system.SteadilyAsync(events, Rate, cancellation);
            if (learners == 0) bare = samples.Taken;
            Tell(report, $"{name}, {Rate} per second", samples, bare);

            Report.Progress($"{name}: {Backlog} credentials that wait …");
            var drained = await system.AtOnceAsync(Backlog, cancellation);
            report.Add($"{name}, {Backlog} waiting", "events per second", Backlog / drained.TotalSeconds, "1/s", ("asked for", Rate));
        }
    }

    private static void Tell(Report report, string name, Steady steady, Samples bare)
    {
        report.Add(name, "events per second", steady.Rate, "1/s", ("asked for", Rate));
        foreach (var (metric, part) in ((string, double)[])[("p50", 0.5), ("p99", 0.99)])
            report.Add(name, metric, steady.Taken.Percentile(part), "ms", bare.Count == 0 ? null : ("bare consume and append", bare.Percentile(part)));
        report.Add(name, "CPU of the service per event", steady.Cpu.TotalMilliseconds, "ms");
        report.Add(name, "CPU of the servers per event", steady.ServersCpu.TotalMilliseconds, "ms");
        report.Add(name, "p99 beside the bar", steady.Taken.Percentile(0.99), "ms", ("bar", Bar));
    }
}
