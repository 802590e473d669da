using Pathways.Kernel;
using Xunit;

namespace Pathways.Domain.Tests;

/// <summary>Given what happened, when a command is decided, then these events follow, or this refusal.</summary>
internal static class Scenario
{
    public static Given<TState> Given<TState>(Decider<TState> decider, params ReadOnlySpan<object> history)
        => new(decider, decider.Fold(decider.Initial, history.ToArray()));
}

internal sealed record Given<TState>(Decider<TState> Decider, TState State)
{
    public When<TState> When(Func<TState, Decision> command) => new(this, command(State));
}

internal sealed record When<TState>(Given<TState> Before, Decision Decision)
{
    public TState Then(params ReadOnlySpan<object> expected)
    {
        Assert.Null(Decision.Rejection);
        // Records compare lists by reference, so what counts is compared as Equivalent.
        Assert.Equal(expected.Length, Decision.Events.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.IsType(expected[i].GetType(), Decision.Events[i]);
            Assert.Equivalent(expected[i], Decision.Events[i], strict: true);
        }

        return After();
    }

    public T Then<T>()
    {
        Assert.Null(Decision.Rejection);
        return Assert.IsType<T>(Assert.Single(Decision.Events));
    }

    public void ThenNothing() => Then();

    public Rejection ThenRefused(string code)
    {
        Assert.Empty(Decision.Events);
        Assert.Equal(code, Decision.Rejection?.Code);
        return Decision.Rejection!;
    }

    public TState After() => Before.Decider.Fold(Before.State, Decision.Events);
}
