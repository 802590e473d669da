using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>The event store's figures in one run; an argument chooses among its cases.</summary>
internal static class EventStoreBench
{
    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        await using var server = await PostgresServer.StartAsync();
        await AppendBench.RunAsync(server, report, only: string.Join(' ', arguments), cancellation);
        if (arguments.Count == 0 || arguments[0] == "lag") await LagBench.RunAsync(server, report, cancellation);
        if (arguments.Count == 0 || arguments[0] == "replay") await ReplayBench.RunAsync(server, report, events: 100_000, cancellation);
        if (arguments.Count == 0 || arguments[0] == "publisher") await PublisherBench.RunAsync(server, report, cancellation);
    }
}
