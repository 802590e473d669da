using System.Collections.Immutable;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Signing;
using Pathways.CredentialIssuance.Statuses;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Awarding;

/// <summary>
/// Awards and revokes: what both the routes and the reactions do. It reads, decides, signs, and adds to the unit of work;
/// the caller commits.
/// </summary>
public sealed class AwardProcess(IEventStore store, CredentialSigner signer, StatusEntries statuses, TimeProvider clock)
{
    /// <summary>Awards, unless the rules refuse.</summary>
    public async Task<Result<AwardOutcome>> AwardAsync(UnitOfWork work, AwardAchievement command, CancellationToken cancellation)
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

    /// <summary>
    /// Revokes what rests on a record. Where a further result met the rule meanwhile, that one is awarded in its place.
    /// </summary>
    /// <param name="next">Id of the credential that takes the place.</param>
    public async Task<Rejection?> WithdrawRecordAsync(
        UnitOfWork work, string achievementId, string learnerId, string recordId, string reason, Guid next, CancellationToken cancellation)
    {
        string stream = Awards.StreamOf(achievementId, learnerId);
        var awards = await store.LoadAsync(work.Context.Tenant, stream, Awards.Decider, cancellation);
        var (credentialId, basis) = awards.State.Standing.FirstOrDefault(award => award.Value.RecordId == recordId);
        if (basis is null)
        {
            work.Append(stream, awards.Version, Awards.WithdrawFurther(awards.State, recordId, reason, clock.GetUtcNow()).Events);
            return null;
        }

        var (_, refused) = await RevokeCredentialAsync(work, credentialId, reason, cancellation);
        if (refused is not null) return refused;
        var ended = Awards.End(awards.State, credentialId, reason, clock.GetUtcNow()).Events;
        if (awards.State.Further is [var further, ..])
        {
            var command = new AwardAchievement(next, achievementId, learnerId, further.Basis, further.OccurredAt);
            // Refused when the rule has changed since: then nothing takes the place.
            if ((await AwardAsync(work, command, awards, ended, cancellation)).IsAccepted) return null;
        }

        work.Append(stream, awards.Version, ended);
        return null;
    }

    /// <summary>Puts a new credential in the place of one that no longer tells the truth.</summary>
    public async Task<Result<AwardOutcome>> ReplaceAsync(
        UnitOfWork work, AwardAchievement command, Guid replaced, string reason, CancellationToken cancellation)
    {
        var (_, refused) = await RevokeCredentialAsync(work, replaced, reason, cancellation);
        if (refused is not null) return refused;
        var awards = await store.LoadAsync(work.Context.Tenant, Awards.StreamOf(command.AchievementId, command.LearnerId), Awards.Decider, cancellation);
        var ended = Awards.End(awards.State, replaced, reason, clock.GetUtcNow()).Events;
        return await AwardAsync(work, command, awards, ended, cancellation);
    }

    /// <param name="before">Events that go before the award, in the same append.</param>
    private async Task<Result<AwardOutcome>> AwardAsync(
        UnitOfWork work, AwardAchievement command, Loaded<Awards> awards, ImmutableArray<object> before, CancellationToken cancellation)
    {
        string tenant = work.Context.Tenant;
        var reading = store.LoadAsync(tenant, Achievement.StreamOf(command.AchievementId), Achievement.Decider, cancellation);
        var issuer = await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation);
        var achievement = await reading;

        var decision = Awards.Award(
            Awards.Decider.Fold(awards.State, before), command, issuer.State, achievement.State, clock.GetUtcNow());
        if (decision.Rejection is { } rejection) return rejection;

        string stream = Awards.StreamOf(command.AchievementId, command.LearnerId);
        work.Append(stream, awards.Version, [.. before, .. decision.Events], command.OccurredAt);
        if (command.Basis.RecordId is { } record) work.Write(AwardEvidence.Add(tenant, record, command.AchievementId, command.LearnerId));
        if (decision.Events is not [AchievementAwarded award]) return new AwardOutcome(Issued: null);

        var definition = achievement.State.Published!;
        var (status, take) = await statuses.DrawAsync(
            tenant, definition.StatusPurpose ?? StatusPurposes.Revocation, award.CredentialId, cancellation);
        work.Write(take);
        var issued = await signer.SignAsync(tenant, award, definition, issuer.State, status, cancellation);
        work.Append(Credential.StreamOf(award.CredentialId), 0, [issued], command.OccurredAt);
        return new AwardOutcome(issued);
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

/// <param name="Issued">Null when the award stands already, and the result was noted.</param>
public sealed record AwardOutcome(CredentialIssued? Issued);
