using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Projections;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>A long log: sealed, projected from the start, rebuilt, and verified, and what memory that takes.</summary>
internal static class ReplayBench
{
    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        await using var server = await PostgresServer.StartAsync();
        await RunAsync(server, report, arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000, cancellation);
    }

    public static async Task RunAsync(PostgresServer server, Report report, int events, CancellationToken cancellation)
    {
        string label = $"replay, {events} events";
        var projection = new CountingProjection();
        await using var store = await BenchStore.CreateAsync(
            server, "replay", cancellation, services => services.AddSingleton<IProjection>(projection), projection.Schema);
        Report.Progress($"storing {label}");
        await FillAsync(store, events, cancellation);

        using var memory = new PeakMemory();
        Report.Progress("sealing, and projecting from the first event");
        long started = Stopwatch.GetTimestamp();
        await store.Host.StartAsync(cancellation);
        var status = store.Host.Services.GetRequiredService<EventStoreStatus>();
        double sealedAfter = 0;
        while (status.Followers.All(follower => follower.Position < events))
        {
            if (sealedAfter == 0 && status.Head >= events) sealedAfter = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (status.SealerError is { } error) throw new InvalidOperationException(error.Message);
            await Task.Delay(20, cancellation);
        }
        report.Add(label, "events per second, sealed and projected at once", events / Stopwatch.GetElapsedTime(started).TotalSeconds, "1/s");
        if (sealedAfter > 0) report.Add(label, "events per second, sealed", events / sealedAfter, "1/s");

        Report.Progress("rebuilding");
        started = Stopwatch.GetTimestamp();
        await store.Host.Services.GetRequiredService<ProjectionRebuild>().RunAsync("counted", progress: null, cancellation);
        report.Add(label, "events per second", events / Stopwatch.GetElapsedTime(started).TotalSeconds, "1/s");
        if (await store.ScalarAsync<long>("select events from read.counted_v1", cancellation) != events) throw new InvalidOperationException("The replay lost events.");

        Report.Progress("verifying");
        started = Stopwatch.GetTimestamp();
        var audit = store.Host.Services.GetRequiredService<AuditLog>();
        var verifier = new LogVerifier();
        await foreach (var entry in audit.ExportAsync(0, cancellation)) verifier.Add(entry);
        if (verifier.Finish(await audit.HeadAsync(cancellation)) is { } fault) throw new InvalidOperationException(fault.Message);
        report.Add(label, "events per second, verified", events / Stopwatch.GetElapsedTime(started).TotalSeconds, "1/s");
        report.Add(label, "peak of the managed heap", memory.Heap / 1048576.0, "MiB");
        report.Add(label, "peak of the process", memory.Process / 1048576.0, "MiB");
    }

    private static async Task FillAsync(BenchStore store, int events, CancellationToken cancellation)
    {
        const int perStream = 100;
        await using var command = store.Superuser.CreateCommand(string.Create(CultureInfo.InvariantCulture, $$"""
            insert into events.mt_streams (tenant_id, id, version)
            select 'utah-state', 'stream-' || s, {{perStream}} from generate_series(1, {{events / perStream}}) s;
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, user_name, is_archived)
            select nextval('events.mt_events_sequence'), gen_random_uuid(), 'stream-' || s, v, '{"Text": "some text of an event that is neither short nor long"}',
                   'measured', now(), 'utah-state', 'x, y', 'correlation', 'bench', false
            from generate_series(1, {{events / perStream}}) s, generate_series(1, {{perStream}}) v;
            analyze;
            """));
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;

        public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));

        public long Heap { get; private set; }

        public long Process { get; private set; }

        public void Dispose() => _timer.Dispose();

        private void Look()
        {
            Heap = Math.Max(Heap, GC.GetTotalMemory(forceFullCollection: false));
            Process = Math.Max(Process, Environment.WorkingSet);
        }
    }
}
