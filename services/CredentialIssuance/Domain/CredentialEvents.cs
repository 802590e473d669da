using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;

namespace Pathways.CredentialIssuance.Domain;

/// <summary>The one table of stored event types. An alias never changes its meaning; a new shape gets <c>_v2</c>.</summary>
public static class CredentialEvents
{
    public static IReadOnlyDictionary<string, Type> Aliases { get; } = new Dictionary<string, Type>
    {
        ["issuer_registered"] = typeof(IssuerRegistered),
        ["issuer_profile_changed"] = typeof(IssuerProfileChanged),
        ["issuer_key_rotated"] = typeof(IssuerKeyRotated),
        ["issuer_key_revoked"] = typeof(IssuerKeyRevoked),
        ["achievement_defined"] = typeof(AchievementDefined),
        ["achievement_published"] = typeof(AchievementPublished),
        ["achievement_awarded"] = typeof(AchievementAwarded),
        ["award_ended"] = typeof(AwardEnded),
        ["further_result_noted"] = typeof(FurtherResultNoted),
        ["further_result_withdrawn"] = typeof(FurtherResultWithdrawn),
        ["credential_issued"] = typeof(CredentialIssued),
        ["learner_record_issued"] = typeof(LearnerRecordIssued),
        ["credential_revoked"] = typeof(CredentialRevoked),
        ["credential_suspended"] = typeof(CredentialSuspended),
        ["suspension_ground_added"] = typeof(SuspensionGroundAdded),
        ["credential_reinstated"] = typeof(CredentialReinstated),
        ["suspension_ground_lifted"] = typeof(SuspensionGroundLifted),
        ["credential_expired"] = typeof(CredentialExpired),
    };
}
