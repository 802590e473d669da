namespace Pathways.Tests.Support.Net;

/// <summary>How a <see cref="FaultProxy"/> carries bytes at the moment: in both directions, or in one.</summary>
/// <param name="Delay">Until a piece arrives, on average.</param>
/// <param name="Jitter">How much earlier or later that may be. The order stays, as it does in TCP.</param>
/// <param name="BytesPerSecond">Null: as many as there are.</param>
/// <param name="Sliced">Pieces arrive in slices, the beginning of each byte by byte: a reader that takes one read for one message fails.</param>
/// <param name="Silent">Nothing arrives, not even an end, and nobody is told: a cut cable, a hanging peer. What was sent arrives afterwards.</param>
public sealed record Weather(TimeSpan Delay = default, TimeSpan Jitter = default, int? BytesPerSecond = null, bool Sliced = false, bool Silent = false)
{
    public static Weather Fair { get; } = new();

    public static Weather Cut { get; } = new(Silent: true);
}
