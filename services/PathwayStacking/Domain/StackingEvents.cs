using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Domain;

/// <summary>The one table of this service's stored event types. A name that was ever stored stays, with its golden file.</summary>
public static class StackingEvents
{
    public static IReadOnlyDictionary<string, Type> Types { get; } = new Dictionary<string, Type>
    {
        ["pathway_published"] = typeof(PathwayPublished),
        ["pathway_retired"] = typeof(PathwayRetired),
        ["learner_enrolled"] = typeof(LearnerEnrolled),
        ["pathway_version_changed"] = typeof(PathwayVersionChanged),
        ["evidence_added"] = typeof(EvidenceAdded),
        ["evidence_withdrawn"] = typeof(EvidenceWithdrawn),
        ["evidence_reinstated"] = typeof(EvidenceReinstated),
        ["intervention_granted"] = typeof(InterventionGranted),
        ["intervention_lifted"] = typeof(InterventionLifted),
        ["stack_evaluated"] = typeof(StackEvaluated),
        ["stack_completed"] = typeof(StackCompleted),
        ["stack_reopened"] = typeof(StackReopened),
        ["evidence_held"] = typeof(EvidenceHeld),
        ["evidence_lost"] = typeof(EvidenceLost),
        ["evidence_regained"] = typeof(EvidenceRegained),
        ["stack_opened"] = typeof(StackOpened),
    };
}
