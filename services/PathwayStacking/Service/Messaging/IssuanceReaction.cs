using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Stacks;

namespace Pathways.PathwayStacking.Messaging;

/// <summary>Credentials come, go and return; the learner's stacks follow.</summary>
public sealed class IssuanceReaction(StackKeeper stacks) : IReaction
{
    public string Source => "credential-issuance";

    /// <summary>Learners side by side: two events of one learner would be in each other's way.</summary>
    public static string LearnerOf(IncomingEvent incoming) => incoming.Data switch
    {
        CredentialIssued e => e.LearnerId,
        CredentialRevoked e => e.LearnerId,
        CredentialSuspended e => e.LearnerId,
        CredentialExpired e => e.LearnerId,
        CredentialReinstated e => e.LearnerId,
        _ => incoming.Stream,
    };

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation) => incoming.Data switch
    {
        CredentialIssued e => stacks.HoldAsync(work, e.LearnerId, EvidenceOf(e), cancellation),
        CredentialRevoked e => stacks.LoseAsync(work, e.LearnerId, e.CredentialId, WithdrawalReason.Revoked, e.Reason, cancellation),
        CredentialSuspended e => stacks.LoseAsync(work, e.LearnerId, e.CredentialId, WithdrawalReason.Suspended, e.Reason, cancellation),
        CredentialExpired e => stacks.LoseAsync(work, e.LearnerId, e.CredentialId, WithdrawalReason.Expired, explanation: null, cancellation),
        CredentialReinstated e => stacks.RegainAsync(work, e.LearnerId, e.CredentialId, e.Reason, cancellation),
        _ => Task.CompletedTask,
    };

    private static Evidence EvidenceOf(CredentialIssued e) => new(
        e.CredentialId, EvidenceKind.Credential, e.AchievementId, e.Identifiers, e.AchievementName, e.Issuer,
        e.Credit?.Amount, e.Credit?.Unit, e.Level, e.Grade, e.ScaledScore, e.ValidFrom, e.ValidUntil, Competencies: e.Competencies, Areas: e.Areas);
}
