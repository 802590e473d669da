using System.Runtime.InteropServices;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>A credential, as far as requirements see it.</summary>
/// <param name="Id">Unique among the credentials of one evaluation.</param>
/// <param name="Credits">What it is certainly worth.</param>
/// <param name="Eligible">The leaves it may fill.</param>
/// <param name="PossibleCredits">What it may be worth, when that is not certain (its unit is unknown): at least <paramref name="Credits"/>.</param>
/// <param name="Preference">How gladly the pathway's owner would see it used, 0 the most, <see cref="LeastPreferred"/> the least. Only breaks ties.</param>
public sealed record Credential(
    string Id, Rational Credits, IReadOnlyList<Eligibility> Eligible, Rational? PossibleCredits = null, Facts? Facts = null, int Preference = 0)
{
    public const int LeastPreferred = 1_000;

    internal Rational Worth(bool possible) => possible ? PossibleCredits ?? Credits : Credits;
}

/// <param name="Leaf">Index in <see cref="RequirementGraph.Nodes"/>.</param>
/// <param name="Certain">False when the data do not decide whether it may: then it makes the leaf unknown at best.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Eligibility(int Leaf, bool Certain);

/// <summary>What admissions, tallies and validity look at. What is not stated is unknown.</summary>
/// <param name="Points">Grade points, on the scale of the pathway.</param>
/// <param name="Level">On the pathway's scale of levels; halves exist (India's 4.5).</param>
/// <param name="Awarded">From here on it counts.</param>
/// <param name="ValidUntil">From here on it counts no more.</param>
/// <param name="Classes">Such as <c>resident</c>, <c>upper division</c>, an area, an issuer.</param>
/// <param name="PossibleClasses">Classes that it may belong to; nobody knows.</param>
public sealed record Facts(
    Rational? Points = null,
    Rational? Level = null,
    DateTimeOffset? Awarded = null,
    DateTimeOffset? ValidUntil = null,
    IReadOnlyList<string>? Classes = null,
    IReadOnlyList<string>? PossibleClasses = null);

/// <summary>What a credential must show to fill a leaf. A fact that it does not state makes it uncertain there.</summary>
/// <param name="MinimumPoints">Least grade.</param>
/// <param name="MinimumLevel">Least level.</param>
/// <param name="RecencyMonths">Awarded at most so many months ago.</param>
/// <param name="Of">The class it belongs to: an issuer, an area, residency.</param>
public sealed record Admission(Rational? MinimumPoints = null, Rational? MinimumLevel = null, int? RecencyMonths = null, string? Of = null);
