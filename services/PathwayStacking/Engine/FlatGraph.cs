using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

internal enum NodeKind : byte
{
    Leaf,
    SomeOf,
    Tally,
    Attestation,
}

internal enum TallyKind : byte
{
    AtLeast,
    Average,
    AtMost,
}

/// <summary>
/// A requirement graph as flat arrays, immutable. Its nodes are numbered canonically (children, by key, before their parents), so that
/// the order in which a pathway names its parts changes no decision.
/// </summary>
internal sealed class FlatGraph
{
    public required int Nodes { get; init; }

    public required int Root { get; init; }

    public required NodeKind[] Kind { get; init; }

    /// <summary>Of groups: how many children.</summary>
    public required int[] Required { get; init; }

    public required int[] ChildStart { get; init; }

    public required int[] Child { get; init; }

    /// <summary>By edge: the node whose child it leads to.</summary>
    public required int[] EdgeNode { get; init; }

    /// <summary>All nodes that are no leaves, children first.</summary>
    public required int[] Inner { get; init; }

    /// <summary>The only parent; -1 where there is none, or several.</summary>
    public required int[] Parent { get; init; }

    /// <summary>Index in the graph as it was given, and back.</summary>
    public required int[] Given { get; init; }

    public required int[] Canonical { get; init; }

    /// <summary>By node: its number among the leaves, or -1.</summary>
    public required int[] LeafOf { get; init; }

    /// <summary>By index in the graph as it was given: its number among the leaves, or -1.</summary>
    public required int[] LeafOfGiven { get; init; }

    public required LeafTable Leaves { get; init; }

    /// <summary>By domain: how often it uses one credential.</summary>
    public required int[] Uses { get; init; }

    public required bool[] IsCapped { get; init; }

    public required int[][] DomainLeaves { get; init; }

    public required TallyRule[] Tallies { get; init; }

    /// <summary>By node: the tallies that it carries.</summary>
    public required int[][] TalliesOf { get; init; }

    public required CapRule[] Caps { get; init; }

    public required string[] Classes { get; init; }

    /// <summary>By node: whether more than is required may help something above.</summary>
    public required bool[] MoreHelps { get; init; }

    /// <summary>By node: "so many of these leaves", each asking for one credential: a matter of matching, not of choice.</summary>
    public required bool[] IsPlainGroup { get; init; }

    /// <summary>Every credit in the graph times this is a whole number.</summary>
    public required long Scale { get; init; }

    /// <summary>At most so many credits and credentials can be missing, each times its weight.</summary>
    public required long MostMissing { get; init; }

    /// <summary>No credential can be used more often: in each domain, and at each leaf that shares freely.</summary>
    public required int MostUses { get; init; }

    public required bool HasAttestations { get; init; }

    public int LeafCount => Leaves.Node.Length;

    public static ArgumentException NoLeaf(Credential credential, int given) => new($"'{credential.Id}' is eligible for {given}, which is no leaf.", nameof(credential));

    public ReadOnlySpan<int> ChildrenOf(int node) => Child.AsSpan(ChildStart[node], ChildStart[node + 1] - ChildStart[node]);
}

/// <summary>By leaf.</summary>
internal sealed class LeafTable
{
    public required int[] Node { get; init; }

    public required int[] Count { get; init; }

    public required Rational[] Credits { get; init; }

    public required int[] Maximum { get; init; }

    public required int[] Weight { get; init; }

    /// <summary>-1: shared freely.</summary>
    public required int[] Domain { get; init; }

    /// <summary>The node of the prerequisite, or -1.</summary>
    public required int[] After { get; init; }

    public required Admission?[] Admission { get; init; }

    /// <summary>What is eligible here is eligible there too.</summary>
    public required int[][] Substitutes { get; init; }

    /// <summary>Tallies above.</summary>
    public required int[][] Tallies { get; init; }

    /// <summary>It only counts, and nothing but its domain looks on.</summary>
    public required bool[] IsSimple { get; init; }

    public required bool HasAdmissions { get; init; }

    public required bool HasSubstitutes { get; init; }

    public required bool HasPrerequisites { get; init; }
}

/// <param name="Class">-1: every credential.</param>
/// <param name="Bound">Credits, credentials or grade points.</param>
/// <param name="OfCredits">Credits are summed; else credentials are counted.</param>
internal sealed record TallyRule(int Node, TallyKind Kind, int Class, Rational Bound, bool OfCredits, int[] Leaves);

/// <param name="Left">A domain.</param>
/// <param name="Count">-1 where it does not limit.</param>
internal sealed record CapRule(int Left, int Right, int Count, Rational? Credits);
