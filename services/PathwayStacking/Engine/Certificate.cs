using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Why a verdict holds, to be checked without the solver (<see cref="CertificateVerifier"/>). Satisfied: an assignment of certain credentials.
/// Not satisfied: a refutation, even of the generous reading (see <see cref="Evaluator"/>). Unknown: an assignment in the generous reading and a
/// refutation of the strict one.
/// </summary>
/// <param name="Uses">Null when not satisfied.</param>
/// <param name="Selected">With the uses: which children of each group on the way are satisfied.</param>
/// <param name="Refutation">Null when satisfied, when the proof would be too long to store, or when nothing is refuted: the budget ran out, or the proof came to a way.</param>
public sealed record Certificate(IReadOnlyList<Use>? Uses, IReadOnlyList<Selection>? Selected, Refutation? Refutation);

/// <summary>Children of a group, by their indexes in the graph.</summary>
public sealed record Selection(int Node, IReadOnlyList<int> Children);

/// <summary>
/// A proof that no legal use of the credentials satisfies the root. It is a tree: each split assumes something in the left branch and
/// its opposite in the right, and each end shows a contradiction.
/// </summary>
/// <param name="Node">Of <see cref="RefutationKind.Choice"/>: the node assumed satisfied on the left and not satisfied on the right. Of
/// <see cref="RefutationKind.Use"/>: the leaf. Of <see cref="RefutationKind.Count"/>: the limit that the leaves stand below, when that is what leaves too few.</param>
/// <param name="Credential">Of <see cref="RefutationKind.Use"/>: assumed used for the leaf on the left, and not on the right.</param>
/// <param name="Leaves">Of <see cref="RefutationKind.Count"/> and <see cref="RefutationKind.Credits"/>: the leaves that ask for more than there is (a Hall set).</param>
/// <param name="Within">Of <see cref="RefutationKind.Count"/>: the sharing cap, by the order of keys, when that is what leaves too few.</param>
/// <param name="Prices">Of <see cref="RefutationKind.Prices"/>: what a use costs; what is not listed costs nothing.</param>
public sealed record Refutation(
    RefutationKind Kind,
    int Node = -1,
    int Credential = -1,
    IReadOnlyList<int>? Leaves = null,
    Refutation? Left = null,
    Refutation? Right = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Within = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Price>? Prices = null);

/// <summary>What each use of a credential in a domain costs.</summary>
/// <param name="Domain">By the order of names.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Price(int Domain, int Credential, int Amount);

[JsonConverter(typeof(JsonStringEnumConverter<RefutationKind>))]
public enum RefutationKind
{
    /// <summary>A node that must be satisfied can't be, even if every credential could be used everywhere.</summary>
    Alone,

    /// <summary>These leaves together need more credentials than are eligible for any of them.</summary>
    Count,

    /// <summary>These leaves together need more credits than what is eligible for any of them is worth.</summary>
    Credits,

    /// <summary>
    /// With a price on each use, even the cheapest way costs more than all uses that there can be cost together. A Hall set is the case of equal prices; in general
    /// they are the dual prices of the linear relaxation.
    /// </summary>
    Prices,

    /// <summary>What is assumed used is more than a limit or a sharing cap allows.</summary>
    Exceeded,

    /// <summary>Either a node is satisfied or it is not.</summary>
    Choice,

    /// <summary>Either a credential is used for a leaf or it is not.</summary>
    Use,
}
