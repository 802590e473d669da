namespace Pathways.PathwayStacking.Engine;

/// <summary>How long a search may go on, counted in steps so that the answer does not depend on the machine.</summary>
internal sealed class Budget(long steps)
{
    private long _left = steps;

    public bool IsSpent => _left < 0;

    public bool Spend() => --_left >= 0;
}
