namespace Pathways.Contracts.CredentialIssuance.V1;

/// <summary>An achievement (badge class, certificate, course) can be awarded from now on.</summary>
/// <param name="AchievementId">Stable IRI over all versions.</param>
/// <param name="AchievementType">Open Badges 3.0 <c>achievementType</c>.</param>
/// <param name="Identifiers">What else names it: CTIDs, course codes, IRIs that a pathway's component may be a proxy for.</param>
[PublicEvent("credential-issuance", "achievement-published", 1)]
public sealed record AchievementPublished(
    string AchievementId,
    int Version,
    string Name,
    string AchievementType,
    Credit? Credit,
    string? Level,
    IReadOnlyList<string> Identifiers) : IPublicEvent;
