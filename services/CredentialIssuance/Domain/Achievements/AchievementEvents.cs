namespace Pathways.CredentialIssuance.Domain.Achievements;

/// <summary>The draft of the next version, as it is now.</summary>
public sealed record AchievementDefined(AchievementDefinition Definition, DateTimeOffset At);

/// <summary>Awarded from now on; this version never changes again.</summary>
public sealed record AchievementPublished(int Version, AchievementDefinition Definition, DateTimeOffset At);
