namespace Pathways.PathwayStacking.Engine;

/// <summary>How long a search may go on, counted in steps so that the answer does not depend on the machine.</summary>
/// <param name="steps">To find the way that misses least.</param>
/// <param name="refinements">To make do with fewer uses, once nothing less can be missing: a nicety that must not cost more than the verdict.</param>
internal sealed class Budget(long steps, long refinements)
{
    private long _steps = steps;
    private long _refinements = refinements;

    public bool IsSpent => _steps < 0;

    public bool Spend(bool refining) => refining ? --_refinements >= 0 : --_steps >= 0;
}
