namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// How long a search may go on, counted in steps so that the answer does not depend on the machine: steps to find the way that misses least, and
/// refinements to make do with fewer and better liked uses once nothing less can be missing. The second is a nicety that must not cost more than the verdict.
/// </summary>
internal sealed class Budget
{
    private long _steps;
    private long _refinements;

    /// <summary>Perhaps less could be missing, or nothing at all.</summary>
    public bool IsSpent => _steps < 0;

    /// <summary>Something is missing for certain, but perhaps less than was found.</summary>
    public bool IsBlurred { get; private set; }

    /// <summary>Perhaps fewer or better liked uses would do.</summary>
    public bool IsUnrefined => _refinements < 0;

    public Budget Start(long steps, long refinements)
    {
        (_steps, _refinements, IsBlurred) = (steps, refinements, false);
        return this;
    }

    public bool WasShort => IsSpent || IsBlurred || IsUnrefined;

    /// <summary>What is left, to see what a search took.</summary>
    public (long Steps, long Refinements) Left => (_steps, _refinements);

    /// <summary>As if a search had taken so much. False when that is more than there is.</summary>
    public bool Take((long Steps, long Refinements) spent)
    {
        _steps -= spent.Steps;
        _refinements -= spent.Refinements;
        return !WasShort;
    }

    public void Blur() => IsBlurred = true;

    public void Exhaust() => _steps = -1;

    /// <param name="cost">A step over much weighs more.</param>
    public bool Spend(bool refining, int cost = 1) => refining ? (_refinements -= cost) >= 0 : (_steps -= cost) >= 0;
}
