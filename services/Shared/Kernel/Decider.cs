namespace Pathways.Kernel;

/// <summary>How a stream's state follows from its events. Pure; the commands live beside it as static methods that answer a <see cref="Decision"/>.</summary>
/// <param name="Initial">The state of a stream without events.</param>
/// <param name="Evolve">State and next event to the next state. Unknown events are a fault, never skipped.</param>
public sealed record Decider<TState>(TState Initial, Func<TState, object, TState> Evolve)
{
    public TState Fold(TState state, IEnumerable<object> events) => events.Aggregate(state, Evolve);
}
