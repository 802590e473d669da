using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Subscriptions;

/// <summary>
/// Something outside the database that follows the log (the publisher). The position is stored after
/// <see cref="HandleAsync"/> returns: after a crash the same events come again, so its effects carry the event's id.
/// </summary>
public interface ISubscription
{
    /// <summary>So many events come at once, at most.</summary>
    const int BatchSize = 500;

    string Name { get; }

    Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation);
}
