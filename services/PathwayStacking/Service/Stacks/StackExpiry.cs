using Pathways.EventStore.Appending;
using Pathways.EventStore.Deadlines;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;

namespace Pathways.PathwayStacking.Stacks;

/// <summary>Evidence that begins to count or ends by itself, exceptions that end: the stack is judged anew when time brings it.</summary>
public sealed class StackExpiry(StackKeeper stacks, PathwayLibrary library, TimeProvider clock) : IDeadlineHandler
{
    public const string DeadlineKind = "stack-expiry";

    public string Kind => DeadlineKind;

    public async Task HandleAsync(Deadline deadline, UnitOfWork work, CancellationToken cancellation)
    {
        var stackId = deadline.Stream["stack-".Length..];
        var stack = await stacks.LoadAsync(work.Context.Tenant, stackId, cancellation);
        if (stack.State.Enrolment is not { } enrolment) return;
        var pathway = await library.VersionAsync(work.Context.Tenant, enrolment.PathwayId, stack.State.PathwayVersion, cancellation);
        if (!pathway.IsAccepted) throw new InvalidOperationException(pathway.Rejection.Message);
        var decision = StackDecider.Decide(stack.State, new Reevaluate(), pathway.Value, clock.GetUtcNow());
        var state = stacks.Append(work, stack, decision, pathway.Value, stackId);
        // The decision may have stayed the same, and something later is still to come.
        if (decision.Events.Length == 0) stacks.Schedule(work, state, pathway.Value, stackId);
    }
}
