namespace Pathways.EventStore.Following;

/// <summary>Something that follows the sealed log with a stored position: a projection or a subscription.</summary>
internal abstract class Follower(FollowerKind kind, string name)
{
    public FollowerKind Kind { get; } = kind;

    public string Name { get; } = name;

    /// <summary>How long after a step what comes is taken together with what comes next. The first after a rest goes at once.</summary>
    public virtual TimeSpan Gathering => TimeSpan.Zero;

    /// <summary>Handles the next batch and moves the position.</summary>
    /// <param name="takeTurn">Stand back when another process is at work; false when that one has stood still for too long.</param>
    /// <exception cref="PositionMovedException">Another process has moved the position meanwhile; nothing of this step holds.</exception>
    public abstract Task<FollowerStep> StepAsync(bool takeTurn, CancellationToken cancellation);

    protected long Lock { get; } = LockKey.Of($"{kind}/{name}");
}

/// <param name="HadTurn">False when another process is at work; then nothing was done.</param>
internal readonly record struct FollowerStep(bool HadTurn, long Position, int Handled);

internal sealed class PositionMovedException(string follower) : Exception($"The position of {follower} was moved by another process.");
