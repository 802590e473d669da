using System.ComponentModel;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>A learner's stack begins; the stream is <c>stack-&lt;id&gt;</c>.</summary>
public sealed record LearnerEnrolled(
    string StackId, string LearnerId, string PathwayId, int PathwayVersion, string PathwayVersionHash, DateTimeOffset EnrolledAt);

/// <summary>The stack is judged by another version of its pathway from now on.</summary>
public sealed record PathwayVersionChanged(int PathwayVersion, string PathwayVersionHash, string Reason, DateTimeOffset ChangedAt);

public sealed record EvidenceAdded(Evidence Evidence);

public sealed record EvidenceWithdrawn(string EvidenceId, WithdrawalReason Reason, string? Explanation, DateTimeOffset WithdrawnAt);

public sealed record EvidenceReinstated(string EvidenceId, string? Explanation, DateTimeOffset ReinstatedAt);

/// <summary>Which stack of whom, in which version of which pathway: what a receiver of the event needs to know.</summary>
public sealed record StackReference(string StackId, string LearnerId, string PathwayId, int PathwayVersion);

/// <summary>A registrar's exception counts from now on.</summary>
public sealed record InterventionGranted(Intervention Intervention, DateTimeOffset GrantedAt);

public sealed record InterventionLifted(string InterventionId, string Author, string Reason, DateTimeOffset LiftedAt);

/// <summary>A decision about the stack, whole and repeatable: the same inputs give the same hash.</summary>
/// <param name="RequirementsMet">Of <paramref name="RequirementsTotal"/>, counted along the way that the engine proposes.</param>
/// <param name="Met">Every component that is met, whether or not the proposed way needs it.</param>
/// <param name="Missing">What is missing, in plain words; empty when satisfied.</param>
/// <param name="NeedsAttestation">What no evidence can decide.</param>
/// <param name="Uses">What was used where; the parts of the stack.</param>
/// <param name="Unused">Ids of evidence that counts but is not needed.</param>
/// <param name="Next">The steps that bring the stack closest to its goal, those that can be begun now first; at most twelve.</param>
/// <param name="ProvenOptimal">False: the search budget ran out, and a registrar should look.</param>
/// <param name="EvidenceSetHash">SHA-256 over the canonical JSON of all evidence valid at <paramref name="EvaluatedAt"/>, ordered by id.</param>
/// <param name="InterventionsHash">The same over the exceptions that count then; null when there are none.</param>
/// <param name="Certificate">Why the verdict holds, by node and credential index (see <see cref="DecisionAudit"/>).</param>
/// <param name="DecisionHash">SHA-256 over the canonical JSON of pathway version hash, evidence set hash, interventions hash, engine version and result.</param>
public sealed record StackEvaluated(
    StackReference Stack,
    Verdict Verdict,
    [property: Description("How many requirements are met, of requirementsTotal: the single courses, credits and attestations along the one way to the goal that the decision proposes. What is met beside that way does not count here")] int RequirementsMet,
    [property: Description("How many requirements the proposed way has")] int RequirementsTotal,
    [property: Description("Every component of the pathway that is met, also those that the proposed way does not need, and those that contain others: so it may be longer or shorter than requirementsMet")] IReadOnlyList<MetComponent> Met,
    IReadOnlyList<Shortfall> Missing,
    IReadOnlyList<Shortfall> NeedsAttestation,
    IReadOnlyList<EvidenceUse> Uses,
    IReadOnlyList<string> Unused,
    [property: Description("The steps that the proposed way still needs, those that can be begun now first; at most twelve. How many remain is requirementsTotal - requirementsMet")] IReadOnlyList<NextStep> Next,
    bool ProvenOptimal,
    DateTimeOffset EvaluatedAt,
    string PathwayVersionHash,
    string EvidenceSetHash,
    string? InterventionsHash,
    string EngineVersion,
    Certificate? Certificate,
    string DecisionHash);

/// <summary>A destination component is complete.</summary>
/// <param name="AwardsAchievementId">What is to be issued; null when nothing.</param>
public sealed record StackCompleted(
    StackReference Stack,
    string ComponentId,
    string ComponentName,
    string? AwardsAchievementId,
    IReadOnlyList<EvidenceUse> Parts,
    string DecisionHash,
    DateTimeOffset CompletedAt);

/// <summary>What a completed destination rested on no longer stands.</summary>
public sealed record StackReopened(
    StackReference Stack, string ComponentId, string ComponentName, string? AwardsAchievementId, string Reason, string DecisionHash, DateTimeOffset ReopenedAt);

/// <param name="By">Ids of the evidence of the component itself; empty when its conditions fulfil it, or a waiver.</param>
/// <param name="WaivedBy">The intervention's id.</param>
public sealed record MetComponent(string ComponentId, string Name, IReadOnlyList<string> By, string? WaivedBy = null);

/// <param name="ComponentId">The component whose requirement falls short; null for the pathway as a whole.</param>
/// <param name="Text">A sentence for the learner.</param>
/// <param name="Options">Ids of components that would help.</param>
public sealed record Shortfall(string? ComponentId, string Text, IReadOnlyList<string> Options);

public sealed record EvidenceUse(string ComponentId, string EvidenceId);

/// <param name="Ready">Nothing has to come before it.</param>
public sealed record NextStep(string ComponentId, string Name, bool Ready, IReadOnlyList<string> Before);
