using Pathways.Contracts;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Publishing;
using Public = Pathways.Contracts.CredentialIssuance.V1;

namespace Pathways.CredentialIssuance.Messaging;

/// <summary>What others are told. Drafts, award streams, keys and signed documents stay here.</summary>
public sealed class CredentialTranslation(Addresses addresses) : IPublicTranslation
{
    public IPublicEvent? Translate(RecordedEvent recorded) => recorded.Data switch
    {
        Domain.Achievements.AchievementPublished e => new Public.AchievementPublished(
            addresses.Achievement(recorded.Tenant, AchievementId(recorded)),
            e.Version,
            e.Definition.Name,
            e.Definition.AchievementType,
            Credit(e.Definition.Credit?.Amount, e.Definition.Credit?.Unit),
            e.Definition.Level,
            [AchievementId(recorded), .. e.Definition.Identifiers ?? []]),
        CredentialIssued e => new Public.CredentialIssued(
            e.CredentialIri,
            e.LearnerId,
            e.AchievementIri,
            e.AchievementVersion,
            e.AchievementName,
            e.Issuer,
            e.ValidFrom,
            e.ValidUntil,
            Credit(e.Credit, e.CreditUnit),
            e.Level,
            e.Basis.ScaledScore,
            e.Identifiers,
            e.Basis.RecordId is { } record ? [record] : [],
            [.. (e.Basis.Parts ?? []).Select(part => part.EvidenceId)],
            // No record states a grade yet.
            Grade: null,
            e.Competencies,
            e.Areas),
        CredentialRevoked e => new Public.CredentialRevoked(e.Credential.CredentialIri, e.Credential.LearnerId, e.Credential.AchievementIri, e.Reason, e.At),
        CredentialSuspended e => new Public.CredentialSuspended(e.Credential.CredentialIri, e.Credential.LearnerId, e.Credential.AchievementIri, e.Reason, e.At),
        CredentialReinstated e => new Public.CredentialReinstated(e.Credential.CredentialIri, e.Credential.LearnerId, e.Credential.AchievementIri, e.Reason, e.At),
        CredentialExpired e => new Public.CredentialExpired(e.Credential.CredentialIri, e.Credential.LearnerId, e.Credential.AchievementIri, e.At),
        _ => null,
    };

    private static string AchievementId(RecordedEvent recorded) => recorded.Stream["achievement-".Length..];

    private static Credit? Credit(decimal? amount, string? unit) => amount is null && unit is null ? null : new Credit(amount, unit);
}
