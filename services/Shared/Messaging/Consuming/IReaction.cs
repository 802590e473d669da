using Pathways.EventStore.Appending;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// What a service does with the public events of another: reads, decides, and adds its appends and writes to the unit of
/// work, which is committed together with the cursor. It has no other effects, because it may be run again.
/// </summary>
public interface IReaction
{
    /// <summary>The publishing service whose events it takes; one reaction for each.</summary>
    string Source { get; }

    /// <summary>
    /// An event of a type unknown to this build is taken all the same. Otherwise it parks its stream until a newer build
    /// comes, because this one cannot know whether it matters.
    /// </summary>
    bool TakesUnknown => false;

    /// <summary>
    /// An event that does not matter here adds nothing. An exception that will not pass by waiting parks the event's stream.
    /// </summary>
    Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation);
}
