using System.Diagnostics;

namespace Pathways.Benchmarks.Xapi;

/// <summary>Runs one case at a time: so many connections, each sending its next request when the last is answered.</summary>
internal sealed class XapiLoad(XapiTarget target, TimeSpan time, Report report, CancellationToken cancellation)
{
    private const int WarmUpRequests = 300;

    private int _next;

    /// <param name="size">Statements in a request: figures are per statement for what is stored, per request for what is read.</param>
    public async Task RunAsync(string name, int connections, int size, Func<int, HttpRequestMessage> request, (string Name, double Value)? limit)
    {
        string @case = $"{name}, {connections} connection{(connections == 1 ? "" : "s")}";
        Report.Progress(@case);
        // Code that runs for the first time is compiled, and again when it turns out to be hot: that is no part of the figure.
        var warmUp = new Samples();
        while (warmUp.Count < WarmUpRequests) await LoopAsync(connections, TimeSpan.FromSeconds(1), warmUp, request);
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
