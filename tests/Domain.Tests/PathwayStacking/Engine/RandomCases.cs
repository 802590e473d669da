namespace Pathways.Domain.Tests.PathwayStacking.Engine;

internal static class RandomCases
{
    /// <summary>How many are compared with the oracle; the slower comparisons take a part of them. More on demand: STACKING_CASES=40000.</summary>
    public static int Count { get; } = int.Parse(Environment.GetEnvironmentVariable("STACKING_CASES") ?? "4000");
}
