namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// How long a search may go on, counted in steps so that the answer does not depend on the machine: steps to find the way that misses least, and
/// refinements to make do with fewer and better liked uses once nothing less can be missing. The second is a nicety that must not cost more than the verdict.
/// </summary>
internal sealed class Budget
{
    private long _steps;
    private long _stepsAtFirst;
    private long _refinements;
    private long _untilPause = long.MaxValue;

    /// <summary>Perhaps less could be missing, or nothing at all.</summary>
    public bool IsSpent => _steps < 0;

    /// <summary>Something is missing for certain, but perhaps less than was found.</summary>
    public bool IsBlurred { get; private set; }

    /// <summary>Perhaps fewer or better liked uses would do.</summary>
    public bool IsUnrefined => _refinements < 0;

    public Budget Start(long steps, long refinements)
    {
        (_steps, _stepsAtFirst, _refinements, _untilPause, IsBlurred) = (steps, steps, refinements, long.MaxValue, false);
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
    public bool Spend(bool refining, int cost = 1)
        => (_untilPause -= cost) >= 0 && (refining ? (_refinements -= cost) >= 0 : (_steps -= cost) >= 0);

    /// <summary>For a search that does not tell both apart. What is no more than refining leaves half of the steps to others.</summary>
    public bool SpendOnBoth(bool refining, int cost)
    {
        if (!refining || _steps - cost >= _stepsAtFirst / 2)
            return Spend(refining: false, cost);
        _refinements = -1;
        return false;
    }

    /// <summary>After so many steps nothing may be spent, until <see cref="Resume"/>.</summary>
    public void PauseAfter(long steps) => _untilPause = steps;

    /// <summary>Whether there was a pause.</summary>
    public bool Resume()
    {
        var wasPaused = _untilPause < 0;
        _untilPause = long.MaxValue;
        return wasPaused;
    }
}
