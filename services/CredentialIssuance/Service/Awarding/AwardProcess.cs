using System.Collections.Immutable;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Awarding;

/// <summary>
/// Awards and revokes: what both the routes and the reactions do. It reads, decides, signs, and adds to the unit of work;
/// the caller commits.
/// </summary>
public sealed class AwardProcess(IEventStore store, CredentialSigner signer, TimeProvider clock)
{
    /// <summary>Awards, unless the rules refuse.</summary>
    public async Task<Result<CredentialIssued>> AwardAsync(UnitOfWork work, AwardAchievement command, CancellationToken cancellation)
    {
        var awards = await store.LoadAsync(work.Context.Tenant, Awards.StreamOf(command.AchievementId, command.LearnerId), Awards.Decider, cancellation);
        return await AwardAsync(work, command, awards, before: [], cancellation);
    }

    /// <summary>Revokes, and takes the award back: the achievement can be awarded anew.</summary>
    public async Task<Result<Credential>> RevokeAsync(UnitOfWork work, Guid credentialId, string? reason, CancellationToken cancellation)
    {
        var (credential, refused) = await RevokeCredentialAsync(work, credentialId, reason, cancellation);
        if (refused is not null) return refused;
        var issued = credential.Issued!;
        string stream = Awards.StreamOf(issued.AchievementId, issued.LearnerId);
        var awards = await store.LoadAsync(work.Context.Tenant, stream, Awards.Decider, cancellation);
        work.Append(stream, awards.Version, Awards.End(awards.State, credentialId, credential.Reason!, clock.GetUtcNow()).Events);
        return credential;
    }

    /// <summary>Puts a new credential in the place of one that no longer tells the truth.</summary>
    public async Task<Result<CredentialIssued>> ReplaceAsync(
        UnitOfWork work, AwardAchievement command, Guid replaced, string reason, CancellationToken cancellation)
    {
        var (_, refused) = await RevokeCredentialAsync(work, replaced, reason, cancellation);
        if (refused is not null) return refused;
        var awards = await store.LoadAsync(work.Context.Tenant, Awards.StreamOf(command.AchievementId, command.LearnerId), Awards.Decider, cancellation);
        var ended = Awards.End(awards.State, replaced, reason, clock.GetUtcNow()).Events;
        return await AwardAsync(work, command, awards, ended, cancellation);
    }

    /// <param name="before">Events that go before the award, in the same append.</param>
    private async Task<Result<CredentialIssued>> AwardAsync(
        UnitOfWork work, AwardAchievement command, Loaded<Awards> awards, ImmutableArray<object> before, CancellationToken cancellation)
    {
        string tenant = work.Context.Tenant;
        var achievement = await store.LoadAsync(tenant, Achievement.StreamOf(command.AchievementId), Achievement.Decider, cancellation);
        var issuer = await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation);

        var decision = Awards.Award(
            Awards.Decider.Fold(awards.State, before), command, issuer.State, achievement.State, clock.GetUtcNow());
        if (decision.Rejection is { } rejection) return rejection;

        var award = decision.Events.OfType<AchievementAwarded>().Single();
        var issued = await signer.SignAsync(tenant, award, achievement.State.Published!, issuer.State, cancellation);
        work.Append(Awards.StreamOf(command.AchievementId, command.LearnerId), awards.Version, [.. before, award], command.OccurredAt);
        work.Append(Credential.StreamOf(award.CredentialId), 0, [issued], command.OccurredAt);
        AwardEvidence.Add(work, award);
        return issued;
    }

    private async Task<(Credential Credential, Rejection? Refused)> RevokeCredentialAsync(
        UnitOfWork work, Guid credentialId, string? reason, CancellationToken cancellation)
    {
        string stream = Credential.StreamOf(credentialId);
        var credential = await store.LoadAsync(work.Context.Tenant, stream, Credential.Decider, cancellation);
        var decision = Revocation.Revoke(credential.State, reason, clock.GetUtcNow());
        work.Append(stream, credential.Version, decision.Events);
        return (Credential.Decider.Fold(credential.State, decision.Events), decision.Rejection);
    }
}
