using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>What a registrar decides about a pathway beyond what CTDL can say. Part of the version and of its hash.</summary>
/// <param name="Awards">What is issued when a destination component is complete.</param>
/// <param name="MetBy">For components whose class suggests the wrong rule.</param>
/// <param name="UseOnce">Each piece of evidence counts in one place of the pathway. CTDL can't say it; without it, evidence counts wherever it fits.</param>
/// <param name="Minima">Least credit of components, beyond what their conditions ask for. All in one unit.</param>
/// <param name="Rules">Everything else that CTDL cannot say.</param>
/// <param name="Effective">When the version is in force, and for whom.</param>
public sealed record PathwaySettings(
    IReadOnlyList<Award> Awards,
    IReadOnlyList<ComponentRule> MetBy,
    // Left out when not used, so that adding them changed no version hash.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? UseOnce = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CreditMinimum>? Minima = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PathwayRule>? Rules = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EffectivePeriod? Effective = null)
{
    public static PathwaySettings None { get; } = new([], []);
}

/// <param name="ComponentId">A destination component of the pathway.</param>
/// <param name="AchievementId">IRI of the achievement that credential-issuance is to issue. As evidence it counts in other pathways, and never in the one that awards it: a stack must not hold itself up.</param>
public sealed record Award(string ComponentId, string AchievementId);

public sealed record ComponentRule(string ComponentId, CompletionRule MetBy);

/// <summary>The evidence used for a component's conditions must be worth at least so much.</summary>
/// <param name="ComponentId">A component that its conditions fulfil.</param>
/// <param name="Unit">Evidence in another unit is worth nothing here (converting is a matter of recognition); in an unknown unit, nobody knows.</param>
public sealed record CreditMinimum(string ComponentId, decimal Credits, string Unit);
