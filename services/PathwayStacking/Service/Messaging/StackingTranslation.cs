using Pathways.Contracts;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Publishing;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using V1 = Pathways.Contracts.PathwayStacking.V1;

namespace Pathways.PathwayStacking.Messaging;

/// <summary>What the others are told. What is not listed stays private.</summary>
internal sealed class StackingTranslation : IPublicTranslation
{
    public IPublicEvent? Translate(RecordedEvent recorded) => recorded.Data switch
    {
        PathwayPublished e => new V1.PathwayPublished(
            e.PathwayId, e.Version, e.Pathway.Name, e.VersionHash, e.Settings.Awards.Select(award => award.AchievementId).FirstOrDefault()),
        LearnerEnrolled e => new V1.LearnerEnrolled(e.StackId, e.LearnerId, e.PathwayId, e.PathwayVersion),
        StackEvaluated e => new V1.StackProgressed(
            e.Stack.StackId, e.Stack.LearnerId, e.Stack.PathwayId, e.Stack.PathwayVersion, VerdictNames.Of(e.Verdict), e.RequirementsMet, e.RequirementsTotal,
            Uses(e.Uses), [.. e.Missing.Select(missing => missing.Text)], e.DecisionHash),
        StackCompleted e => new V1.StackCompleted(
            e.Stack.StackId, e.Stack.LearnerId, e.Stack.PathwayId, e.Stack.PathwayVersion, e.AwardsAchievementId, Uses(e.Parts), e.DecisionHash),
        StackReopened e => new V1.StackReopened(
            e.Stack.StackId, e.Stack.LearnerId, e.Stack.PathwayId, e.Stack.PathwayVersion, e.AwardsAchievementId, e.Reason),
        _ => null,
    };

    private static List<V1.StackUse> Uses(IEnumerable<EvidenceUse> uses) => [.. uses.Select(use => new V1.StackUse(use.ComponentId, use.EvidenceId))];
}
