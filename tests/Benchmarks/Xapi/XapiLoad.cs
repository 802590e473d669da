using System.Diagnostics;

namespace Pathways.Benchmarks.Xapi;

/// <summary>Runs one case at a time: so many connections, each sending its next request when the last is answered.</summary>
/// <param name="only">How the names of the wanted cases begin; empty for all.</param>
internal sealed class XapiLoad(XapiTarget target, TimeSpan time, string only, Report report, CancellationToken cancellation)
{
    // A process that has just started compiles its hot code again for half a minute, beside the work: that is no part of the figures.
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(30);
    private const int WarmUpRequests = 300;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private int _next;

    public async Task StartAsync(Func<int, HttpRequestMessage> request)
    {
        Report.Progress($"warming up for {Start.TotalSeconds:0} s …");
        await LoopAsync(16, Start, new Samples(), request);
    }

    /// <param name="size">Statements in a request: figures are per statement for what is stored, per request for what is read.</param>
    public async Task RunAsync(string name, int connections, int size, Func<int, HttpRequestMessage> request, (string Name, double Value)? limit)
    {
        string @case = $"{name}, {connections} connection{(connections == 1 ? "" : "s")}";
        if (!@case.StartsWith(only, StringComparison.Ordinal)) return;
        Report.Progress(@case);
        var warmUp = new Samples();
        do await LoopAsync(connections, WarmUp, warmUp, request);
        while (warmUp.Count < WarmUpRequests);
        var samples = new Samples();
        var cpu = CpuMeter.Of(target.Processes);
        long started = Stopwatch.GetTimestamp();
        int failed = await LoopAsync(connections, time, samples, request);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double used = cpu.Elapsed().TotalMilliseconds;

        int done = samples.Count * size;
        report.Add(@case, "per second", done / seconds, "1/s", limit);
        report.Add(@case, "p50", samples.Percentile(0.5), "ms");
        report.Add(@case, "p99", samples.Percentile(0.99), "ms");
        if (target.Processes.Count > 0) report.Add(@case, "cpu ms", used / Math.Max(1, done), "ms");
        report.Add(@case, "errors", failed, "");
    }

    private async Task<int> LoopAsync(int connections, TimeSpan length, Samples samples, Func<int, HttpRequestMessage> request)
    {
        int failed = 0;
        long end = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (Stopwatch.GetTimestamp() < end)
            {
                using var message = request(Interlocked.Increment(ref _next));
                long started = Stopwatch.GetTimestamp();
                using var response = await target.Http.SendAsync(message, cancellation);
                await response.Content.CopyToAsync(Stream.Null, cancellation);
                samples.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (!response.IsSuccessStatusCode) Interlocked.Increment(ref failed);
            }
        }));
        return failed;
    }
}
