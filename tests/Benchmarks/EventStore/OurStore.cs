using Pathways.EventStore;
using Pathways.EventStore.Appending;

namespace Pathways.Benchmarks.EventStore;

internal sealed class OurStore(BenchStore store) : IAppends
{
    public string Name => "ours";

    public string Metric => "events per second";

    public async Task AppendAsync(int caller, string stream, long expected, int count, CancellationToken cancellation)
    {
        var work = new UnitOfWork(new EventContext(BenchStore.Tenant, "bench", "correlation"));
        work.Append(stream, expected, [.. Enumerable.Repeat(Measured.Sample, count)]);
        if (!(await store.Store.CommitAsync(work, cancellation)).IsAccepted) throw new InvalidOperationException("conflict");
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
