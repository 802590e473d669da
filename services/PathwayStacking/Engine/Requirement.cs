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
/// credentials are counted against each other (a leaf with a domain, anything below a <see cref="Tally"/>) a node stands in one place.
/// Classes and not records: the equality of records would walk the whole graph.
/// </summary>
/// <param name="key">Unique in its graph, stable over versions; ties are broken by the ordinal order of keys.</param>
public abstract class Requirement(string key)
{
    /// <summary>No credit in any system comes near; beyond it sums would leave 64 bits.</summary>
    public const long MostCredits = 1_000_000_000;

    public string Key { get; } = key;

    internal static Rational Checked(Rational credits)
        => credits.Numerator >= 0 && (credits.IsInteger ? credits.Numerator <= MostCredits : credits <= MostCredits)
            ? credits
            : throw new ArgumentOutOfRangeException(nameof(credits), $"{credits} credits: at least 0 and at most {MostCredits} are possible.");
}

/// <summary>Credentials of its own: at least <see cref="Count"/> of them, worth at least <see cref="Credits"/>.</summary>
public sealed class Leaf : Requirement
{
    /// <param name="maximum">How many credentials it takes at most; without one, what the count needs, or any number where credits are asked for.</param>
    /// <param name="domain">Leaves of one domain use a credential once between them (or as often as an <see cref="Exclusivity"/> says); without one it is shared freely.</param>
    /// <param name="weight">What one missing credential or credit weighs against other ways: a shortcut that nobody should be sent to weighs much.</param>
    /// <param name="admission">What a credential must show to count here, beyond being eligible.</param>
    /// <param name="after">The prerequisite: as long as it does not hold by itself, nothing counts here. It is judged beside, without counting uses: no domain and no tally in it.</param>
    public Leaf(
        string key, int count, Rational credits = default, int? maximum = null, string? domain = null, int weight = 1, Admission? admission = null, Requirement? after = null)
        : base(key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        Count = count;
        Credits = Checked(credits);
        Maximum = Math.Max(count, maximum ?? (credits.Sign > 0 ? int.MaxValue : count));
        Domain = domain;
        Weight = weight;
        Admission = admission;
        After = after;
    }

    public int Count { get; }

    public Rational Credits { get; }

    public int Maximum { get; }

    public string? Domain { get; }

    public int Weight { get; }

    public Admission? Admission { get; }

    public Requirement? After { get; }
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
