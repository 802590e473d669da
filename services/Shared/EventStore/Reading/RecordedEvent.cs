namespace Pathways.EventStore.Reading;

/// <summary>An event as it is stored: facts, and who, when and why.</summary>
/// <param name="RecordedAt">The database's clock. Order never rests on it.</param>
/// <param name="ValidTime">When it became true outside; <paramref name="RecordedAt"/> when nobody said.</param>
public sealed record RecordedEvent(
    Guid Id,
    string Tenant,
    string Stream,
    long Version,
    string Type,
    object Data,
    DateTimeOffset RecordedAt,
    DateTimeOffset ValidTime,
    string Actor,
    string CorrelationId,
    EventCause? Cause,
    string? TraceParent);

/// <summary>An event with its place in the service's sealed log.</summary>
/// <param name="Position">Gapless, from 1.</param>
/// <param name="Hash">The chain's hash up to and including this event.</param>
public sealed record SealedEvent(long Position, ReadOnlyMemory<byte> Hash, RecordedEvent Event);

/// <summary>A stream's state at a version.</summary>
public sealed record Loaded<TState>(TState State, long Version);
