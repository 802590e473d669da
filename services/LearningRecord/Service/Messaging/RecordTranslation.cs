using Pathways.Contracts;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Publishing;
using Recorded = Pathways.LearningRecord.Domain.Recording;
using Public = Pathways.Contracts.LearningRecord.V1;

namespace Pathways.LearningRecord.Messaging;

/// <summary>What of this service's events others learn: achievements and their withdrawal. Statements stay here.</summary>
internal sealed class RecordTranslation : IPublicTranslation
{
    public IPublicEvent? Translate(RecordedEvent recorded) => recorded.Data switch
    {
        Recorded.AchievementRecorded e => new Public.AchievementRecorded(
            e.LearnerId, e.RecordId.ToString("D"), e.Outcome, e.ActivityId, e.ActivityType, e.ScaledScore, e.OccurredAt, e.MappingVersion),
        Recorded.AchievementWithdrawn e => new Public.AchievementWithdrawn(e.LearnerId, e.RecordId.ToString("D"), e.ActivityId, e.Reason),
        _ => null,
    };
}
