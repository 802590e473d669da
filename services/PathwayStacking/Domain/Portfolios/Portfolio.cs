using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Domain.Portfolios;

/// <summary>
/// What a learner holds at one institution and which stacks it goes into. One stream per learner, so that evidence that
/// arrives while the learner enrols is never missed by the new stack: both change this stream, one of them decides anew.
/// </summary>
public sealed record Portfolio(
    ImmutableSortedDictionary<string, HeldEvidence> Evidence, ImmutableSortedDictionary<string, OpenedStack> Stacks)
{
    public static readonly Decider<Portfolio> Decider = new(
        new Portfolio(
            ImmutableSortedDictionary.Create<string, HeldEvidence>(StringComparer.Ordinal),
            ImmutableSortedDictionary.Create<string, OpenedStack>(StringComparer.Ordinal)),
        Evolve);

    /// <summary>What counts at the moment.</summary>
    public IEnumerable<Evidence> Valid => Evidence.Values.Where(held => held.Withdrawn is null).Select(held => held.Evidence);

    public static string StreamOf(string learnerId) => $"portfolio-{learnerId}";

    /// <summary>Also what was lost and is given again, such as credit that is recognised anew.</summary>
    public static Decision Hold(Portfolio portfolio, string learnerId, Evidence evidence) =>
        portfolio.Evidence.TryGetValue(evidence.Id, out var held) && held.Withdrawn is null
            ? Decision.Nothing
            : Decision.Accept(new EvidenceHeld(learnerId, evidence));

    public static Decision Lose(Portfolio portfolio, string evidenceId, WithdrawalReason reason) =>
        portfolio.Evidence.TryGetValue(evidenceId, out var held) && held.Withdrawn is null
            ? Decision.Accept(new EvidenceLost(evidenceId, reason))
            : Decision.Nothing;

    /// <summary>What was suspended counts again. A revoked credential never does.</summary>
    public static Decision Regain(Portfolio portfolio, string evidenceId) =>
        portfolio.Evidence.TryGetValue(evidenceId, out var held) && held.Withdrawn is { } reason && reason != WithdrawalReason.Revoked
            ? Decision.Accept(new EvidenceRegained(evidenceId))
            : Decision.Nothing;

    public static Decision Open(Portfolio portfolio, string stackId, string pathwayId, int pathwayVersion) =>
        portfolio.Stacks.ContainsKey(stackId)
            ? Rejection.Conflict("already-enrolled", "The learner is enrolled in this pathway already.", "Read the stack with GET /pathway-stacking/stacks/{id}.")
            : Decision.Accept(new StackOpened(stackId, pathwayId, pathwayVersion));

    private static Portfolio Evolve(Portfolio portfolio, object @event) => @event switch
    {
        EvidenceHeld e => portfolio with { Evidence = portfolio.Evidence.SetItem(e.Evidence.Id, new HeldEvidence(e.Evidence, Withdrawn: null)) },
        EvidenceLost e => portfolio with { Evidence = portfolio.Evidence.SetItem(e.EvidenceId, portfolio.Evidence[e.EvidenceId] with { Withdrawn = e.Reason }) },
        EvidenceRegained e => portfolio with { Evidence = portfolio.Evidence.SetItem(e.EvidenceId, portfolio.Evidence[e.EvidenceId] with { Withdrawn = null }) },
        StackOpened e => portfolio with { Stacks = portfolio.Stacks.SetItem(e.StackId, new OpenedStack(e.StackId, e.PathwayId, e.PathwayVersion)) },
        _ => throw new InvalidOperationException($"A portfolio has no {@event.GetType().Name}."),
    };
}

public sealed record OpenedStack(string StackId, string PathwayId, int PathwayVersion);
