using System.Text.Json.Serialization;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Kleene's three values. Real rule sets are full of parts that no data can decide: those are unknown, not false.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    NotSatisfied,

    /// <summary>Needs somebody's attestation.</summary>
    Unknown,

    Satisfied,
}

/// <summary>
/// A node of a requirement graph. The graph is acyclic; a node may stand under several parents, and is judged once. Only where
/// credentials are counted against each other (a leaf with a domain, anything below <see cref="MinimumCredits"/>) a node stands in one place.
/// Classes and not records: the equality of records would walk the whole graph.
/// </summary>
/// <param name="key">Unique in its graph, stable over versions; ties are broken by the order in which nodes are given.</param>
public abstract class Requirement(string key)
{
    public string Key { get; } = key;
}

/// <summary>Credentials of its own: at least <see cref="Count"/> of them, worth at least <see cref="Credits"/>.</summary>
public sealed class Leaf : Requirement
{
    /// <param name="maximum">How many credentials it takes at most; without one, what the count needs, or any number where credits are asked for.</param>
    /// <param name="domain">Leaves of one domain use a credential once between them; without one it is shared freely.</param>
    /// <param name="weight">What one missing credential or credit weighs against other ways: a shortcut that nobody should be sent to weighs much.</param>
    public Leaf(string key, int count, Rational credits = default, int? maximum = null, string? domain = null, int weight = 1)
        : base(key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (credits < 0)
            throw new ArgumentOutOfRangeException(nameof(credits));
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        Count = count;
        Credits = credits;
        Maximum = Math.Max(count, maximum ?? (credits.Sign > 0 ? int.MaxValue : count));
        Domain = domain;
        Weight = weight;
    }

    public int Count { get; }

    public Rational Credits { get; }

    public int Maximum { get; }

    public string? Domain { get; }

    public int Weight { get; }
}

/// <summary>At least <see cref="Required"/> of the children. 0 of any is satisfied.</summary>
public sealed class SomeOf(string key, int required, IReadOnlyList<Requirement> children) : Requirement(key)
{
    public int Required { get; } = required;

    public IReadOnlyList<Requirement> Children { get; } = children;

    public static SomeOf All(string key, params IReadOnlyList<Requirement> children) => new(key, children.Count, children);

    public static SomeOf Any(string key, params IReadOnlyList<Requirement> children) => new(key, 1, children);
}

/// <summary>The child, with at least so many credits of different credentials used anywhere in it.</summary>
public sealed class MinimumCredits(string key, Rational credits, Requirement child) : Requirement(key)
{
    public Rational Credits { get; } = credits;

    public Requirement Child { get; } = child;
}

/// <summary>What nobody can judge from credentials: unknown until an intervention decides it.</summary>
public sealed class Attestation(string key) : Requirement(key);
