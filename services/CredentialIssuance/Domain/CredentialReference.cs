namespace Pathways.CredentialIssuance.Domain;

/// <summary>Which credential an event is about, in the names that others know it by: each event is published on its own.</summary>
public sealed record CredentialReference(string CredentialIri, string LearnerId, string AchievementIri);
