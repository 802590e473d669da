using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Receiving;

namespace Pathways.InstitutionFeed;

/// <summary>The one table of stored event types. An alias never changes its meaning; a new shape gets <c>_v2</c>.</summary>
public static class FeedEvents
{
    public static IReadOnlyDictionary<string, Type> Aliases { get; } = new Dictionary<string, Type>
    {
        ["public_event_received"] = typeof(PublicEventReceived),
        ["queue_opened"] = typeof(QueueOpened),
        ["queue_lost"] = typeof(QueueLost),
    };
}
