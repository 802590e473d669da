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
/// A node of a requirement graph. The graph is acyclic; one node may stand under several parents, and is judged once.
/// Classes and not records: the equality of records would walk the whole graph.
/// </summary>
/// <param name="key">Unique in its graph, stable over versions; ties are broken by the order in which nodes are given.</param>
public abstract class Requirement(string key)
{
    public string Key { get; } = key;
}

/// <summary>Credentials of its own: at least <see cref="Count"/> of them, worth at least <see cref="Credits"/>.</summary>
/// <param name="weight">What one missing credential or credit weighs against other ways: a shortcut that nobody should be sent to weighs much.</param>
public sealed class Leaf(string key, int count, Rational credits = default, int weight = 1) : Requirement(key)
{
    public int Count { get; } = count;

    public Rational Credits { get; } = credits;

    public int Weight { get; } = weight;
}

/// <summary>At least <see cref="Required"/> of the children. 0 of any is satisfied.</summary>
public sealed class SomeOf(string key, int required, IReadOnlyList<Requirement> children) : Requirement(key)
{
    public int Required { get; } = required;

    public IReadOnlyList<Requirement> Children { get; } = children;

    public static SomeOf All(string key, params IReadOnlyList<Requirement> children) => new(key, children.Count, children);

    public static SomeOf Any(string key, params IReadOnlyList<Requirement> children) => new(key, 1, children);
}

/// <summary>What nobody can judge from credentials: unknown until an intervention decides it.</summary>
public sealed class Attestation(string key) : Requirement(key);
