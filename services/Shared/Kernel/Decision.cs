using System.Collections.Immutable;

namespace Pathways.Kernel;

/// <summary>What a decider answers to a command: the events that follow from it, or why it is refused.</summary>
public readonly record struct Decision
{
    private readonly ImmutableArray<object> _events;

    private Decision(ImmutableArray<object> events, Rejection? rejection)
    {
        _events = events;
        Rejection = rejection;
    }

    /// <summary>Empty when nothing changes: the command was carried out before, or has no effect.</summary>
    public ImmutableArray<object> Events => _events.IsDefault ? [] : _events;

    public Rejection? Rejection { get; }

    public static Decision Nothing => new([], rejection: null);

    public static Decision Accept(params ReadOnlySpan<object> events) => new([.. events], rejection: null);

    public static Decision Reject(Rejection rejection) => new([], rejection);

    public static implicit operator Decision(Rejection rejection) => Reject(rejection);
}
