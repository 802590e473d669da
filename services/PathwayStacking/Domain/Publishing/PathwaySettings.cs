using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>What a registrar decides about a pathway beyond what CTDL can say. Part of the version and of its hash.</summary>
/// <param name="Awards">What is issued when a destination component is complete.</param>
/// <param name="MetBy">For components whose class suggests the wrong rule.</param>
public sealed record PathwaySettings(IReadOnlyList<Award> Awards, IReadOnlyList<ComponentRule> MetBy)
{
    public static PathwaySettings None { get; } = new([], []);
}

/// <param name="ComponentId">A destination component of the pathway.</param>
/// <param name="AchievementId">IRI of the achievement that credential-issuance is to issue. As evidence it counts in other pathways, and never in the one that awards it: a stack must not hold itself up.</param>
public sealed record Award(string ComponentId, string AchievementId);

public sealed record ComponentRule(string ComponentId, CompletionRule MetBy);
