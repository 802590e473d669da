using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The child, with a condition on everything that is used anywhere in it, each credential counted once however often it is used there. With a
/// class (<see cref="Facts.Classes"/>) only credentials of that class count: <c>resident</c> makes a residency rule of it, <c>level 10</c> a level floor.
/// </summary>
public abstract class Tally(string key, Requirement child, string? of) : Requirement(key)
{
    public Requirement Child { get; } = child;

    /// <summary>Null for all credentials.</summary>
    public string? Of { get; } = of;
}

/// <summary>At least so many credits.</summary>
public sealed class MinimumCredits(string key, Rational credits, Requirement child, string? of = null) : Tally(key, child, of)
{
    public Rational Credits { get; } = Checked(credits);
}

/// <summary>At least so many credentials.</summary>
public sealed class MinimumCount(string key, int count, Requirement child, string? of = null) : Tally(key, child, of)
{
    public int Count { get; } = count;
}

/// <summary>
/// At least this mean of grade points, weighted by (certain) credits. What has no grade does not count, and of nothing the mean is good enough.
/// When it falls short, one thing is missing.
/// </summary>
public sealed class MinimumAverage(string key, Rational points, Requirement child, string? of = null) : Tally(key, child, of)
{
    public Rational Points { get; } = Checked(points);
}

/// <summary>No more than so many credentials, or credits, are used: what is beyond it stays unused.</summary>
public sealed class Limit(string key, Requirement child, string? of = null, int? count = null, Rational? credits = null) : Tally(key, child, of)
{
    public int? Count { get; } = count is < 0 ? throw new ArgumentOutOfRangeException(nameof(count)) : count;

    public Rational? Credits { get; } = credits is { } most ? Checked(most) : null;
}
