using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Projections;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>How long an event waits at a steady rate: for its place in the log, for a projection.</summary>
internal static class LagBench
{
    public const string Label = "lag, 1000 events per second";

    private const int Rate = 1000;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    public static async Task RunAsync(PostgresServer server, Report report, CancellationToken cancellation)
    {
        var projection = new CountingProjection();
        await using var store = await BenchStore.CreateAsync(
            server, "lag", cancellation, services => services.AddSingleton<IProjection>(projection), projection.Schema);
        await store.Host.StartAsync(cancellation);
        foreach (var (instrument, name) in new[] { ("seal.lag", "seal lag"), ("projection.lag", "projection lag") })
        {
            var lag = await MeasureAsync(instrument, store.Store, _ => Measured.Sample, cancellation);
            report.Add(Label, $"{name} p50", lag.Percentile(0.5), "ms");
            report.Add(Label, $"{name} p99", lag.Percentile(0.99), "ms");
        }
    }

    /// <summary>What an instrument of the event store tells while events are appended steadily.</summary>
    public static async Task<Samples> MeasureAsync(string instrument, IEventStore store, Func<int, object> eventOf, CancellationToken cancellation)
    {
        Report.Progress($"{instrument} at {Rate} events per second");
        var samples = new Samples();
        long started = Stopwatch.GetTimestamp();
        using var listener = new MeterListener
        {
            InstrumentPublished = (published, self) =>
            {
                if (published.Meter.Name == EventStoreDiagnostics.SourceName && published.Name.EndsWith(instrument, StringComparison.Ordinal)) self.EnableMeasurementEvents(published);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            if (Stopwatch.GetElapsedTime(started) > Warmup) samples.Add(seconds * 1000);
        });
        listener.Start();
        int sent = await AppendSteadilyAsync(store, eventOf, cancellation);
        if (sent < Rate * Duration.TotalSeconds * 0.98) Report.Progress($"only {sent / Duration.TotalSeconds:N0} events per second were taken");
        return samples;
    }

    private static async Task<int> AppendSteadilyAsync(IEventStore store, Func<int, object> eventOf, CancellationToken cancellation)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var commits = new List<Task>();
        string run = $"{Guid.CreateVersion7():N}";
        long started = Stopwatch.GetTimestamp();
        int sent = 0;
        while (Stopwatch.GetElapsedTime(started) < Duration && await ticks.WaitForNextTickAsync(cancellation))
        {
            for (; sent < Stopwatch.GetElapsedTime(started).TotalSeconds * Rate; sent++)
            {
                var work = new UnitOfWork(new EventContext(BenchStore.Tenant, "bench", "correlation"));
                work.Append($"stream-{run}-{sent}", 0, [eventOf(sent)]);
                commits.Add(store.CommitAsync(work, cancellation));
            }
        }
        await Task.WhenAll(commits);
        return sent;
    }
}
