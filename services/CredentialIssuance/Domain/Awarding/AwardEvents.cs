using System.Text.Json.Serialization;
using Pathways.CredentialIssuance.Domain.Statuses;

namespace Pathways.CredentialIssuance.Domain.Awarding;

/// <summary>One learner was awarded one version of an achievement. The signed credential is in the stream of <paramref name="CredentialId"/>.</summary>
/// <param name="OccurredAt">When the learner achieved it.</param>
public sealed record AchievementAwarded(
    Guid CredentialId,
    string AchievementId,
    int AchievementVersion,
    string LearnerId,
    AwardBasis Basis,
    DateTimeOffset OccurredAt,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil);

/// <summary>The award no longer stands: its credential was revoked.</summary>
public sealed record AwardEnded(Guid CredentialId, string Reason, DateTimeOffset At);

/// <summary>A result met the rule while an award stood: should that award fall, this one is there to take its place.</summary>
public sealed record FurtherResultNoted(AwardBasis Basis, DateTimeOffset OccurredAt, DateTimeOffset At);

/// <summary>A further result no longer stands; it had led to no award.</summary>
public sealed record FurtherResultWithdrawn(string RecordId, string Reason, DateTimeOffset At);

/// <summary>The credential exists, signed. What was signed is kept as it is and never made again.</summary>
/// <param name="CredentialIri">The credential's <c>id</c>.</param>
/// <param name="AchievementIri">Stable over all versions.</param>
/// <param name="Document">The exact JSON text: with its embedded proof or, where the issuer signs tokens alone, the token in an envelope.</param>
/// <param name="Jwt">The same credential as VC-JWT; null when the issuer has not chosen tokens.</param>
/// <param name="Status">Its place in a status list; null for what was issued before there were lists.</param>
/// <param name="Competencies">IRIs of the competencies that the achievement is aligned with; null when with none.</param>
/// <param name="Areas">Codes of the fields (ISCED-F) that it is aligned with; null when with none.</param>
public sealed record CredentialIssued(
    Guid CredentialId,
    string CredentialIri,
    string LearnerId,
    string AchievementId,
    string AchievementIri,
    int AchievementVersion,
    string AchievementName,
    string Issuer,
    AwardBasis Basis,
    decimal? Credit,
    string? CreditUnit,
    string? Level,
    IReadOnlyList<string> Identifiers,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil,
    string Document,
    string? Jwt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StatusEntry? Status = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Competencies = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Areas = null)
{
    internal CredentialReference Reference => new(CredentialIri, LearnerId, AchievementIri);
}

/// <summary>What an award rests on.</summary>
/// <param name="Kind"><c>record</c>, <c>stack</c> or <c>manual</c>.</param>
/// <param name="RuleVersion">The rule that was met; null by hand.</param>
/// <param name="RecordId">The learning record (statement id).</param>
/// <param name="StackId">The stack that was completed, with the hash of its decision and what it is made of.</param>
/// <param name="AwardedBy">The client that awarded by hand, and why.</param>
public sealed record AwardBasis(
    string Kind,
    string? RuleVersion = null,
    string? RecordId = null,
    string? ActivityId = null,
    string? Outcome = null,
    decimal? ScaledScore = null,
    string? StackId = null,
    string? PathwayId = null,
    int? PathwayVersion = null,
    string? DecisionHash = null,
    IReadOnlyList<AwardPart>? Parts = null,
    string? AwardedBy = null,
    string? Reason = null)
{
    public const string Record = "record";
    public const string Stack = "stack";
    public const string Manual = "manual";

    /// <summary>Whether a stack completed again with the very parts that are named here.</summary>
    public bool HasSameParts(IReadOnlyList<AwardPart> parts) => (Parts ?? []).ToHashSet().SetEquals(parts);
}

/// <summary>A credential or a recognition, and the component of the pathway that it is used for.</summary>
public sealed record AwardPart(string EvidenceId, string ComponentId);
