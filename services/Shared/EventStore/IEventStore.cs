using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;

namespace Pathways.EventStore;

/// <summary>Streams of one service, per tenant.</summary>
public interface IEventStore
{
    /// <summary>
    /// One transaction. Rejected as <c>stream-version-conflict</c> when a stream is not at its expected version, or as the
    /// guarded write says; then nothing happened. A conflict is always seen by the caller.
    /// </summary>
    Task<Result<Committed>> CommitAsync(UnitOfWork work, CancellationToken cancellation);

    /// <summary>Events of a stream in order; none when the stream does not exist in this tenant.</summary>
    IAsyncEnumerable<RecordedEvent> ReadStreamAsync(string tenant, string stream, long afterVersion, CancellationToken cancellation);

    /// <summary>A stream's version, for whoever appends and decides on nothing in it; 0 when it does not exist.</summary>
    Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation);

    /// <summary>The stream folded; <see cref="Loaded{TState}.Version"/> is 0 when it does not exist.</summary>
    Task<Loaded<TState>> LoadAsync<TState>(string tenant, string stream, Decider<TState> decider, CancellationToken cancellation);
}

/// <summary>The sealed log of one service, all tenants: gapless, hash-chained. What readers follow.</summary>
public interface ISealedLog
{
    Task<IReadOnlyList<SealedEvent>> ReadAsync(long afterPosition, int limit, CancellationToken cancellation);

    /// <summary>Position of the last sealed event; 0 when there is none.</summary>
    Task<long> HeadAsync(CancellationToken cancellation);
}

/// <param name="Versions">Each stream's version after the commit.</param>
public sealed record Committed(IReadOnlyDictionary<string, long> Versions);
