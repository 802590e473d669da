using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What holds between leaves, wherever they stand.</summary>
public sealed record Rules(
    IReadOnlyList<Exclusivity>? Exclusivities = null, IReadOnlyList<SharingCap>? Caps = null, IReadOnlyList<SubstitutionClass>? Substitutions = null)
{
    public static Rules None { get; } = new();
}

/// <summary>How often the leaves of a domain use one credential between them; once where nothing is said. One leaf never uses it twice.</summary>
public sealed record Exclusivity(string Domain, int Uses);

/// <summary>
/// How much two domains (a programme each, say) may share: the credentials that both use are at most so many, and worth at most so many credits.
/// </summary>
public sealed record SharingCap(string Key, string Left, string Right, int? Count = null, Rational? Credits = null);

/// <summary>What is eligible for one of these leaves is eligible for each of them, as far as their admissions allow.</summary>
/// <param name="Leaves">Keys.</param>
public sealed record SubstitutionClass(string Key, IReadOnlyList<string> Leaves);
