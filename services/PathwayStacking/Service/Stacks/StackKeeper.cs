using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Deadlines;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;

namespace Pathways.PathwayStacking.Stacks;

/// <summary>Carries a change of what a learner holds into the portfolio and into every stack of the learner, in one unit of work.</summary>
public sealed class StackKeeper(IEventStore store, PathwayLibrary library, TimeProvider clock)
{
    private readonly FoldedStreams<Portfolio> _portfolios = new(store, Portfolio.Decider);
    private readonly FoldedStreams<StackState> _stacks = new(store, StackDecider.Decider);

    public Task HoldAsync(UnitOfWork work, string learnerId, Evidence evidence, CancellationToken cancellation)
        => ChangeAsync(work, learnerId, portfolio => Portfolio.Hold(portfolio, learnerId, evidence), new AddEvidence(evidence), cancellation);

    public Task LoseAsync(UnitOfWork work, string learnerId, string evidenceId, WithdrawalReason reason, string? explanation, CancellationToken cancellation)
        => ChangeAsync(
            work, learnerId, portfolio => Portfolio.Lose(portfolio, evidenceId, reason), new WithdrawEvidence(evidenceId, reason, explanation), cancellation);

    public Task RegainAsync(UnitOfWork work, string learnerId, string evidenceId, string? explanation, CancellationToken cancellation)
        => ChangeAsync(work, learnerId, portfolio => Portfolio.Regain(portfolio, evidenceId), new ReinstateEvidence(evidenceId, explanation), cancellation);

    private async Task ChangeAsync(
        UnitOfWork work, string learnerId, Func<Portfolio, Decision> decide, StackCommand command, CancellationToken cancellation)
    {
        var tenant = work.Context.Tenant;
        var stream = Portfolio.StreamOf(learnerId);
        var portfolio = await _portfolios.LoadAsync(tenant, stream, cancellation);
        var decision = decide(portfolio.State);
        if (decision.Events.Length == 0) return;
        _portfolios.Append(work, stream, portfolio, decision.Events);

        foreach (var opened in portfolio.State.Stacks.Values) await ChangeStackAsync(work, opened, command, cancellation);
    }

    private async Task ChangeStackAsync(UnitOfWork work, OpenedStack opened, StackCommand command, CancellationToken cancellation)
    {
        var tenant = work.Context.Tenant;
        var stack = await LoadAsync(tenant, opened.StackId, cancellation);
        var pathway = await library.VersionAsync(tenant, opened.PathwayId, stack.State.PathwayVersion, cancellation);
        if (!pathway.IsAccepted) throw new InvalidOperationException(pathway.Rejection.Message);

        // A stack may refuse what the portfolio holds (credits that no system knows): then it does not count there.
        Append(work, stack, StackDecider.Decide(stack.State, command, pathway.Value, clock.GetUtcNow()), pathway.Value, opened.StackId);
    }

    public Task<Loaded<StackState>> LoadAsync(string tenant, string stackId, CancellationToken cancellation)
        => _stacks.LoadAsync(tenant, StreamOf(stackId), cancellation);

    /// <summary>The decision's events, and the next look at the stack when time alone will change it.</summary>
    public StackState Append(UnitOfWork work, Loaded<StackState> stack, Decision decision, CompiledPathway pathway, string stackId)
    {
        if (decision.Events.Length == 0) return stack.State;
        var state = _stacks.Append(work, StreamOf(stackId), stack, decision.Events);
        Schedule(work, state, pathway, stackId);
        return state;
    }

    /// <summary>A deadline for each instant has an id of its own: scheduling the next must not move the one that is being met.</summary>
    public void Schedule(UnitOfWork work, StackState state, CompiledPathway pathway, string stackId)
    {
        if (state.NextChange(clock.GetUtcNow(), pathway.RecencyMonths) is { } due)
            work.Write(new Deadline($"stack-{stackId} {due.UtcDateTime:O}", StackExpiry.DeadlineKind, StreamOf(stackId), due).Schedule(work.Context));
    }

    public static string StreamOf(string stackId) => $"stack-{stackId}";
}
