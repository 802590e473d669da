namespace Pathways.Benchmarks.EventStore;

/// <summary>Whoever appends: our store, or a peer beside it.</summary>
internal interface IAppends : IAsyncDisposable
{
    /// <summary>As the reference of a measurement names it.</summary>
    string Name { get; }

    /// <summary>What a measurement beside it is called.</summary>
    string Metric { get; }

    /// <param name="caller">From 0: each has one append under way at a time.</param>
    /// <param name="expected">The stream's version; 0 for a new one.</param>
    Task AppendAsync(int caller, string stream, long expected, int count, CancellationToken cancellation);
}
