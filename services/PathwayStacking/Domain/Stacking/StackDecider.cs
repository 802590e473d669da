using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

public abstract record StackCommand;

/// <param name="Evidence">What the learner holds already.</param>
public sealed record EnrolLearner(string StackId, string LearnerId, string PathwayId, int PathwayVersion, IReadOnlyList<Evidence> Evidence) : StackCommand;

public sealed record AddEvidence(Evidence Evidence) : StackCommand;

public sealed record WithdrawEvidence(string EvidenceId, WithdrawalReason Reason, string? Explanation = null) : StackCommand;

public sealed record ReinstateEvidence(string EvidenceId, string? Explanation = null) : StackCommand;

/// <summary>Time has passed: evidence may have expired, or counts from now on.</summary>
public sealed record Reevaluate : StackCommand;

/// <param name="Evidence">Everything the learner holds: evidence that did not concern the old version may concern the new one.</param>
public sealed record ChangePathwayVersion(int PathwayVersion, string Reason, IReadOnlyList<Evidence> Evidence) : StackCommand;

/// <param name="Evidence">What a substitution or a use is about, when the stack does not hold it yet.</param>
public sealed record GrantIntervention(Intervention Intervention, Evidence? Evidence = null) : StackCommand;

public sealed record LiftIntervention(string InterventionId, string Author, string Reason) : StackCommand;

/// <summary>State of a stream <c>stack-&lt;id&gt;</c>.</summary>
/// <param name="Completed">Destination components that are complete.</param>
public sealed record StackState(
    LearnerEnrolled? Enrolment,
    int PathwayVersion,
    string? PathwayVersionHash,
    ImmutableSortedDictionary<string, HeldEvidence> Evidence,
    ImmutableSortedDictionary<string, Intervention> Interventions,
    StackEvaluated? LastEvaluation,
    ImmutableHashSet<string> Completed)
{
    public static StackState Initial { get; } = new(
        null,
        0,
        null,
        ImmutableSortedDictionary.Create<string, HeldEvidence>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, Intervention>(StringComparer.Ordinal),
        null,
        []);

    /// <summary>Only of a stack that somebody is enrolled in.</summary>
    public StackReference Reference => new(Enrolment!.StackId, Enrolment.LearnerId, Enrolment.PathwayId, PathwayVersion);

    /// <summary>What counts at an instant, ordered by id.</summary>
    public IEnumerable<Evidence> ValidAt(DateTimeOffset instant)
        => Evidence.Values.Where(held => held.Withdrawn is null && held.Evidence.CountsAt(instant)).Select(held => held.Evidence);

    /// <summary>What is dated in the future and counts later, ordered by id.</summary>
    public IEnumerable<Evidence> AheadAt(DateTimeOffset instant)
        => Evidence.Values.Where(held => held.Withdrawn is null && held.Evidence.CountsFrom() > instant).Select(held => held.Evidence);

    /// <summary>When time alone may change what counts, after an instant; null when it never does.</summary>
    /// <param name="recency">Age in months at which evidence stops counting, when the pathway says so.</param>
    public DateTimeOffset? NextChange(DateTimeOffset after, IEnumerable<int> recency)
    {
        var ages = recency.ToList();
        var changes = Evidence.Values.Where(held => held.Withdrawn is null)
            .SelectMany(held => ages.Select(held.Evidence.Aged).Append(held.Evidence.ValidUntil).Append(held.Evidence.CountsFrom()))
            .Concat(Interventions.Values.Select(granted => granted.ExpiresAt));
        return changes.Where(change => change > after).Min();
    }

    /// <summary>The exceptions that count at an instant.</summary>
    public IEnumerable<Intervention> InterventionsAt(DateTimeOffset instant) => Interventions.Values.Where(granted => !(granted.ExpiresAt <= instant));
}

public sealed record HeldEvidence(Evidence Evidence, WithdrawalReason? Withdrawn);

/// <summary>
/// One learner's stack in one pathway. Every command that changes what counts ends in a <see cref="StackEvaluated"/>, and where a
/// destination is reached or lost, in <see cref="StackCompleted"/> or <see cref="StackReopened"/>. Repeated commands change nothing.
/// </summary>
public static class StackDecider
{
    public static Decider<StackState> Decider { get; } = new(StackState.Initial, Evolve);

    /// <param name="pathway">The version that the stack is in; for <see cref="EnrolLearner"/> and <see cref="ChangePathwayVersion"/> the one it goes into.</param>
    /// <remarks>Refusals: <c>stack-not-found</c>, <c>stack-exists</c>, <c>wrong-pathway-version</c>, <c>evidence-incomplete</c>,
    /// <c>credit-out-of-range</c>, <c>evidence-from-the-future</c>, <c>evidence-revoked</c>, <c>intervention-incomplete</c>,
    /// <c>intervention-exists</c>, <c>unknown-component</c>, <c>unknown-condition</c>, <c>unknown-evidence</c>.</remarks>
    public static Decision Decide(StackState state, StackCommand command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (command is EnrolLearner enrol)
            return Enrol(state, enrol, pathway, now);
        if (state.Enrolment is null)
            return Rejection.NotFound("stack-not-found", "Nobody is enrolled here.", "List the stacks with GET /pathway-stacking/stacks.");
        if (command is not ChangePathwayVersion && state.PathwayVersionHash != pathway.VersionHash)
            return Rejection.Conflict("wrong-pathway-version", $"The stack is in version {state.PathwayVersion} of its pathway; another was given.", "Read the stack again, and use the version that it is in.");
        return command switch
        {
            AddEvidence add => Add(state, add.Evidence, pathway, now),
            WithdrawEvidence withdraw => Withdraw(state, withdraw, pathway, now),
            ReinstateEvidence reinstate => Reinstate(state, reinstate, pathway, now),
            Reevaluate => Evaluate(state, [], pathway, "evidence or an exception has expired", now),
            GrantIntervention grant => Grant(state, grant, pathway, now),
            LiftIntervention lift => Lift(state, lift, pathway, now),
            ChangePathwayVersion change => ChangeVersion(state, change, pathway, now),
            _ => throw new ArgumentException($"{command.GetType().Name} is no command of a stack.", nameof(command)),
        };
    }

    private static Decision Enrol(StackState state, EnrolLearner command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (state.Enrolment is { } enrolled)
        {
            return enrolled.LearnerId == command.LearnerId && enrolled.PathwayId == command.PathwayId
                ? Decision.Nothing
                : Rejection.Conflict("stack-exists", "This stack belongs to another enrolment.", "Use another stack id.");
        }

        var enrolment = new LearnerEnrolled(command.StackId, command.LearnerId, command.PathwayId, command.PathwayVersion, pathway.VersionHash, now);
        return Evaluate(state, [enrolment, .. Concerning(command.Evidence, pathway)], pathway, "", now);
    }

    private static Decision Add(StackState state, Evidence evidence, CompiledPathway pathway, DateTimeOffset now)
    {
        if (evidence.Refuse() is { } refused)
            return refused;
        var isKnown = state.Evidence.TryGetValue(evidence.Id, out var held) && held.Withdrawn is null && CanonicalJson.Sha256(held.Evidence) == CanonicalJson.Sha256(evidence);
        if (isKnown || (held is null && !pathway.Concerns(evidence)))
            return Decision.Nothing;
        return Evaluate(state, [new EvidenceAdded(evidence)], pathway, $"\"{evidence.Id}\" has changed", now);
    }

    private static Decision Withdraw(StackState state, WithdrawEvidence command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (!state.Evidence.TryGetValue(command.EvidenceId, out var held) || held.Withdrawn == command.Reason || held.Withdrawn == WithdrawalReason.Revoked)
            return Decision.Nothing;
        var withdrawn = new EvidenceWithdrawn(command.EvidenceId, command.Reason, command.Explanation, now);
        return Evaluate(state, [withdrawn], pathway, $"\"{held.Evidence.Name ?? command.EvidenceId}\" is {command.Reason.ToString().ToLowerInvariant()}", now);
    }

    private static Decision Reinstate(StackState state, ReinstateEvidence command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (!state.Evidence.TryGetValue(command.EvidenceId, out var held) || held.Withdrawn is null)
            return Decision.Nothing;
        if (held.Withdrawn == WithdrawalReason.Revoked)
            return Rejection.Conflict("evidence-revoked", "Revoked evidence does not come back.", "Add the new credential.");
        return Evaluate(state, [new EvidenceReinstated(command.EvidenceId, command.Explanation, now)], pathway, "", now);
    }

    private static Decision ChangeVersion(StackState state, ChangePathwayVersion command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (state.PathwayVersionHash == pathway.VersionHash)
            return Decision.Nothing;
        var fresh = Concerning(command.Evidence.Where(evidence => !state.Evidence.ContainsKey(evidence.Id)), pathway);
        var changed = new PathwayVersionChanged(command.PathwayVersion, pathway.VersionHash, command.Reason, now);
        return Evaluate(state, [changed, .. fresh], pathway, $"the pathway is now in version {command.PathwayVersion}", now);
    }

    private static Decision Grant(StackState state, GrantIntervention command, CompiledPathway pathway, DateTimeOffset now)
    {
        var granted = command.Intervention;
        if (granted.Refuse(pathway.Pathway) is { } refused)
            return refused;
        if (command.Evidence?.RefuseStated(now) is { } wrongEvidence)
            return wrongEvidence;
        if (state.Interventions.TryGetValue(granted.Id, out var known))
        {
            return known == granted
                ? Decision.Nothing
                : Rejection.Conflict("intervention-exists", $"\"{granted.Id}\" is another intervention.", "Lift it, and grant the new one under an id of its own.");
        }

        if (granted.Kind == InterventionKind.Lock && state.LastEvaluation?.Uses.Contains(new(granted.ComponentId, granted.EvidenceId!)) != true)
            return Rejection.Conflict("nothing-to-lock", "The last decision does not use this evidence here.", "Lock what is used, or force the use first.");
        var events = new List<object>();
        if (granted.EvidenceId is { } id && !state.Evidence.ContainsKey(id))
        {
            if (command.Evidence?.Id != id)
                return Rejection.Invalid("unknown-evidence", $"The stack does not hold \"{id}\".", "Give the evidence with the intervention.", "/evidenceId");
            events.Add(new EvidenceAdded(command.Evidence));
        }

        events.Add(new InterventionGranted(granted, now));
        return Evaluate(state, events, pathway, $"an exception was granted: {granted.Reason}", now);
    }

    private static Decision Lift(StackState state, LiftIntervention command, CompiledPathway pathway, DateTimeOffset now)
    {
        if (!state.Interventions.ContainsKey(command.InterventionId))
            return Decision.Nothing;
        if (string.IsNullOrWhiteSpace(command.Author) || string.IsNullOrWhiteSpace(command.Reason))
            return Rejection.Invalid("intervention-incomplete", "Lifting an intervention needs an author and a reason.", "State both.", string.IsNullOrWhiteSpace(command.Author) ? "/author" : "/reason");
        return Evaluate(
            state, [new InterventionLifted(command.InterventionId, command.Author, command.Reason, now)], pathway, $"an exception was lifted: {command.Reason}", now);
    }

    /// <summary>What a learner holds already; what can't be taken would not have come in one by one either.</summary>
    private static IEnumerable<EvidenceAdded> Concerning(IEnumerable<Evidence> evidence, CompiledPathway pathway)
        => evidence.Where(item => item.Refuse() is null && pathway.Concerns(item)).DistinctBy(item => item.Id).Select(item => new EvidenceAdded(item));

    /// <summary>The events, the decision that follows from them, and what it completes or reopens.</summary>
    private static Decision Evaluate(StackState state, IReadOnlyList<object> events, CompiledPathway pathway, string reason, DateTimeOffset now)
    {
        var next = Decider.Fold(state, events);
        var stack = next.Reference;
        var assessment = Assessment.Of(stack, pathway.With(next.InterventionsAt(now)), [.. next.ValidAt(now)], now, state.LastEvaluation?.Uses);
        if (events.Count == 0 && assessment.Evaluated.DecisionHash == state.LastEvaluation?.DecisionHash)
            return Decision.Nothing;

        var all = new List<object>(events) { assessment.Evaluated };
        foreach (var destination in assessment.Destinations)
        {
            var isComplete = destination.Verdict == Verdict.Satisfied;
            var award = pathway.AwardOf(destination.ComponentId);
            if (isComplete && !next.Completed.Contains(destination.ComponentId))
                all.Add(new StackCompleted(stack, destination.ComponentId, destination.Name, award, destination.Parts, assessment.Evaluated.DecisionHash, now));
            else if (!isComplete && next.Completed.Contains(destination.ComponentId))
                all.Add(new StackReopened(stack, destination.ComponentId, destination.Name, award, reason, assessment.Evaluated.DecisionHash, now));
        }

        return Decision.Accept([.. all]);
    }

    private static StackState Evolve(StackState state, object @event) => @event switch
    {
        LearnerEnrolled enrolled => state with
        {
            Enrolment = enrolled, PathwayVersion = enrolled.PathwayVersion, PathwayVersionHash = enrolled.PathwayVersionHash,
        },
        PathwayVersionChanged changed => state with { PathwayVersion = changed.PathwayVersion, PathwayVersionHash = changed.PathwayVersionHash },
        EvidenceAdded added => state with { Evidence = state.Evidence.SetItem(added.Evidence.Id, new(added.Evidence, Withdrawn: null)) },
        EvidenceWithdrawn withdrawn => state with
        {
            Evidence = state.Evidence.SetItem(withdrawn.EvidenceId, state.Evidence[withdrawn.EvidenceId] with { Withdrawn = withdrawn.Reason }),
        },
        EvidenceReinstated reinstated => state with
        {
            Evidence = state.Evidence.SetItem(reinstated.EvidenceId, state.Evidence[reinstated.EvidenceId] with { Withdrawn = null }),
        },
        InterventionGranted granted => state with { Interventions = state.Interventions.SetItem(granted.Intervention.Id, granted.Intervention) },
        InterventionLifted lifted => state with { Interventions = state.Interventions.Remove(lifted.InterventionId) },
        StackEvaluated evaluated => state with { LastEvaluation = evaluated },
        StackCompleted completed => state with { Completed = state.Completed.Add(completed.ComponentId) },
        StackReopened reopened => state with { Completed = state.Completed.Remove(reopened.ComponentId) },
        _ => throw new ArgumentException($"{@event.GetType().Name} is no event of a stack.", nameof(@event)),
    };
}
