namespace Pathways.Contracts.CredentialIssuance.V1;

/// <summary>A credential was signed and can be fetched at its id.</summary>
/// <param name="CredentialId">The credential's <c>id</c>, an IRI that resolves.</param>
/// <param name="Issuer">DID of the issuer.</param>
/// <param name="Identifiers">The achievement's further names, as in <see cref="AchievementPublished"/>.</param>
/// <param name="Evidence">Records (statement ids) that the award rests on.</param>
/// <param name="Parts">For a stacked credential: ids of the credentials and recognitions it is made of.</param>
/// <param name="Grade">On the issuer's own scale; null when none was given.</param>
/// <param name="Competencies">IRIs of competencies that it shows; null when the issuer states none.</param>
/// <param name="Areas">Codes of its fields, such as ISCED-F <c>0612</c>; null when the issuer states none.</param>
[PublicEvent("credential-issuance", "credential-issued", 1)]
public sealed record CredentialIssued(
    string CredentialId,
    string LearnerId,
    string AchievementId,
    int AchievementVersion,
    string AchievementName,
    string Issuer,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil,
    Credit? Credit,
    string? Level,
    decimal? ScaledScore,
    IReadOnlyList<string> Identifiers,
    IReadOnlyList<string> Evidence,
    IReadOnlyList<string> Parts,
    string? Grade = null,
    IReadOnlyList<string>? Competencies = null,
    IReadOnlyList<string>? Areas = null) : IPublicEvent;

/// <summary>For good. What rested on it has to be judged anew.</summary>
[PublicEvent("credential-issuance", "credential-revoked", 1)]
public sealed record CredentialRevoked(string CredentialId, string LearnerId, string AchievementId, string Reason, DateTimeOffset At) : IPublicEvent;

[PublicEvent("credential-issuance", "credential-suspended", 1)]
public sealed record CredentialSuspended(string CredentialId, string LearnerId, string AchievementId, string Reason, DateTimeOffset At) : IPublicEvent;

[PublicEvent("credential-issuance", "credential-reinstated", 1)]
public sealed record CredentialReinstated(string CredentialId, string LearnerId, string AchievementId, string Reason, DateTimeOffset At) : IPublicEvent;

/// <summary><c>validUntil</c> has passed.</summary>
[PublicEvent("credential-issuance", "credential-expired", 1)]
public sealed record CredentialExpired(string CredentialId, string LearnerId, string AchievementId, DateTimeOffset At) : IPublicEvent;
