using Pathways.EventStore.Appending;
using Pathways.EventStore.Deadlines;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;

namespace Pathways.PathwayStacking.Stacks;

/// <summary>Evidence and exceptions that end by themselves: the stack is judged anew when they do.</summary>
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
        stacks.Append(work, stack, StackDecider.Decide(stack.State, new Reevaluate(), pathway.Value, clock.GetUtcNow()), pathway.Value, stackId);
    }
}
