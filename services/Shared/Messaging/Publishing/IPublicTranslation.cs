using Pathways.Contracts;
using Pathways.EventStore.Reading;

namespace Pathways.Messaging.Publishing;

/// <summary>
/// From a service's own events to the public contracts: an explicit list. What it answers null to stays private. Pure:
/// the same event always translates to the same contract, because gap repair translates again.
/// </summary>
public interface IPublicTranslation
{
    IPublicEvent? Translate(RecordedEvent recorded);
}
