namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// How long a search may go on, counted in steps so that the answer does not depend on the machine: steps to find the way that misses least, and
/// refinements to make do with fewer and better liked uses once nothing less can be missing. The second is a nicety that must not cost more than the verdict.
/// </summary>
internal sealed class Budget
{
    private long _steps;
    private long _refinements;

    /// <summary>Perhaps less could be missing.</summary>
    public bool IsSpent => _steps < 0;

    /// <summary>Perhaps fewer or better liked uses would do.</summary>
    public bool IsUnrefined => _refinements < 0;

    public Budget Start(long steps, long refinements)
    {
        (_steps, _refinements) = (steps, refinements);
        return this;
    }

    public void Exhaust() => _steps = -1;

    public bool Spend(bool refining) => refining ? --_refinements >= 0 : --_steps >= 0;
}
