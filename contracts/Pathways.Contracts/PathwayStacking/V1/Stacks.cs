namespace Pathways.Contracts.PathwayStacking.V1;

/// <param name="VersionHash">SHA-256 over the canonical form of this version, hex.</param>
/// <param name="AwardsAchievementId">The achievement that is issued when a stack completes; null when completion awards nothing.</param>
[PublicEvent("pathway-stacking", "pathway-published", 1)]
public sealed record PathwayPublished(string PathwayId, int Version, string Name, string VersionHash, string? AwardsAchievementId) : IPublicEvent;

[PublicEvent("pathway-stacking", "learner-enrolled", 1)]
public sealed record LearnerEnrolled(string StackId, string LearnerId, string PathwayId, int PathwayVersion) : IPublicEvent;

/// <summary>A decision about a stack: what is met, by what, and what is missing.</summary>
/// <param name="Verdict"><c>satisfied</c>, <c>not-satisfied</c> or <c>unknown</c> (needs attestation).</param>
/// <param name="Missing">What is missing, in plain words.</param>
/// <param name="DecisionHash">Recomputed by anyone from pathway version, evidence and interventions.</param>
[PublicEvent("pathway-stacking", "stack-progressed", 1)]
public sealed record StackProgressed(
    string StackId,
    string LearnerId,
    string PathwayId,
    int PathwayVersion,
    string Verdict,
    int RequirementsMet,
    int RequirementsTotal,
    IReadOnlyList<StackUse> Uses,
    IReadOnlyList<string> Missing,
    string DecisionHash) : IPublicEvent;

/// <param name="AwardsAchievementId">What credential-issuance is to issue; null when nothing.</param>
[PublicEvent("pathway-stacking", "stack-completed", 1)]
public sealed record StackCompleted(
    string StackId,
    string LearnerId,
    string PathwayId,
    int PathwayVersion,
    string? AwardsAchievementId,
    IReadOnlyList<StackUse> Parts,
    string DecisionHash) : IPublicEvent;

/// <summary>What the stack rested on no longer stands.</summary>
[PublicEvent("pathway-stacking", "stack-reopened", 1)]
public sealed record StackReopened(
    string StackId, string LearnerId, string PathwayId, int PathwayVersion, string? AwardsAchievementId, string Reason) : IPublicEvent;

/// <summary>One piece of evidence used for one component.</summary>
/// <param name="EvidenceId">A credential's id or a recognition's id.</param>
public sealed record StackUse(string ComponentId, string EvidenceId);
