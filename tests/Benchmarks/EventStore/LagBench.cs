using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Projections;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>How long an event waits for its place in the log, and for a projection, at a steady rate.</summary>
internal static class LagBench
{
    private const int Rate = 1000;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    public static async Task RunAsync(PostgresServer server, Report report, CancellationToken cancellation)
    {
        var projection = new CountingProjection();
        await using var store = await BenchStore.CreateAsync(
            server, "lag", cancellation, services => services.AddSingleton<IProjection>(projection), projection.Schema);
        await store.Host.StartAsync(cancellation);
        Report.Progress($"lag at {Rate} events per second");

        var seal = new Samples();
        var applied = new Samples();
        long started = Stopwatch.GetTimestamp();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == EventStoreDiagnostics.SourceName) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (Stopwatch.GetElapsedTime(started) < Warmup) return;
            if (instrument.Name.EndsWith("seal.lag", StringComparison.Ordinal)) seal.Add(value * 1000);
            else if (instrument.Name.EndsWith("projection.lag", StringComparison.Ordinal)) applied.Add(value * 1000);
        });
        listener.Start();
        int sent = await AppendSteadilyAsync(store.Store, cancellation);

        double rate = sent / Duration.TotalSeconds;
        string label = $"lag, {Rate} events per second";
        report.Add(label, "events per second", rate, "1/s", ("asked for", Rate));
        report.Add(label, "seal lag p50", seal.Percentile(0.5), "ms");
        report.Add(label, "seal lag p99", seal.Percentile(0.99), "ms");
        report.Add(label, "projection lag p50", applied.Percentile(0.5), "ms");
        report.Add(label, "projection lag p99", applied.Percentile(0.99), "ms");
    }

    private static async Task<int> AppendSteadilyAsync(IEventStore store, CancellationToken cancellation)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var commits = new List<Task>();
        long started = Stopwatch.GetTimestamp();
        int sent = 0;
        while (Stopwatch.GetElapsedTime(started) < Duration && await ticks.WaitForNextTickAsync(cancellation))
        {
            for (; sent < Stopwatch.GetElapsedTime(started).TotalSeconds * Rate; sent++)
            {
                var work = new UnitOfWork(new EventContext(BenchStore.Tenant, "bench", "correlation"));
                work.Append($"stream-{sent}", 0, [Measured.Sample]);
                commits.Add(store.CommitAsync(work, cancellation));
            }
        }
        await Task.WhenAll(commits);
        return sent;
    }
}
