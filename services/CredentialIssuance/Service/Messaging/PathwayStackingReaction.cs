using Pathways.Contracts.PathwayStacking.V1;
using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;

namespace Pathways.CredentialIssuance.Messaging;

/// <summary>A complete stack is issued as a credential that names its parts; an open one suspends it.</summary>
public sealed class PathwayStackingReaction(IEventStore store, AwardRules rules, AwardProcess process, TimeProvider clock) : IReaction
{
    public string Source => "pathway-stacking";

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation) => incoming.Data switch
    {
        StackCompleted { AwardsAchievementId: { } name } completed => CompleteAsync(incoming, completed, name, work, cancellation),
        StackReopened { AwardsAchievementId: { } name } reopened => ReopenAsync(reopened, name, work, cancellation),
        _ => Task.CompletedTask,
    };

    private async Task CompleteAsync(IncomingEvent incoming, StackCompleted completed, string name, UnitOfWork work, CancellationToken cancellation)
    {
        string achievementId = await AchievementAsync(work, name, cancellation);
        AwardPart[] parts = [.. completed.Parts.Select(part => new AwardPart(part.EvidenceId, part.ComponentId))];
        var command = new AwardAchievement(
            DeterministicId.From(incoming.Id, $"credential/{achievementId}"), achievementId, completed.LearnerId,
            new AwardBasis(AwardBasis.Stack, StackId: completed.StackId, PathwayId: completed.PathwayId,
                PathwayVersion: completed.PathwayVersion, DecisionHash: completed.DecisionHash, Parts: parts),
            incoming.ValidTime);

        var awards = await store.LoadAsync(
            work.Context.Tenant, Awards.StreamOf(achievementId, completed.LearnerId), Awards.Decider, cancellation);
        var rejection = CompletedStack.Judge(awards.State, completed.StackId, parts, out var credentialId) switch
        {
            StackOutcome.Award => (await process.AwardAsync(work, command, cancellation)).Rejection,
            StackOutcome.Replace => (await process.ReplaceAsync(
                work, command, credentialId, "The stack was completed again with other parts.", cancellation)).Rejection,
            // It comes late: what is revoked or expired is so for good, and what a registrar has suspended only a registrar lifts.
            StackOutcome.Reinstate => Unless(await ChangeAsync(work, credentialId, credential => Reinstatement.Reinstate(
                credential, SuspensionGrounds.Stack, "The stack is complete again.", clock.GetUtcNow()), cancellation), Credential.Final, Reinstatement.OnOtherGround),
            _ => null,
        };
        if (rejection is not null) throw new ReactionRefusedException(rejection);
    }

    private async Task ReopenAsync(StackReopened reopened, string name, UnitOfWork work, CancellationToken cancellation)
    {
        string achievementId = await AchievementAsync(work, name, cancellation);
        var awards = await store.LoadAsync(
            work.Context.Tenant, Awards.StreamOf(achievementId, reopened.LearnerId), Awards.Decider, cancellation);
        foreach (var (credentialId, _) in awards.State.Standing.Where(award => award.Value.StackId == reopened.StackId))
        {
            // It comes late: nothing is left to suspend.
            var rejection = Unless(await ChangeAsync(work, credentialId, credential => Suspension.Suspend(
                credential, SuspensionGrounds.Stack, reopened.Reason, clock.GetUtcNow()), cancellation), Credential.Final);
            if (rejection is not null) throw new ReactionRefusedException(rejection);
        }
    }

    private static Rejection? Unless(Rejection? rejection, params string[] harmless)
        => rejection is not null && harmless.Contains(rejection.Code) ? null : rejection;

    private async Task<string> AchievementAsync(UnitOfWork work, string name, CancellationToken cancellation)
    {
        var found = await rules.ForStackAsync(work.Context.Tenant, name, cancellation);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ReactionRefusedException(Rejection.NotFound(
                "achievement-unknown", $"No published achievement of '{work.Context.Tenant}' is awarded for a stack under the name '{name}'.",
                "Publish it with the rule { \"stack\": true }, then take up the parked stream.")),
            _ => throw new ReactionRefusedException(Rejection.Conflict(
                "achievement-ambiguous", $"'{name}' names several achievements: {string.Join(", ", found)}.", "Let only one of them have the rule { \"stack\": true } under this name, then take up the parked stream.")),
        };
    }

    private async Task<Rejection?> ChangeAsync(
        UnitOfWork work, Guid credentialId, Func<Credential, Decision> decide, CancellationToken cancellation)
    {
        string stream = Credential.StreamOf(credentialId);
        var credential = await store.LoadAsync(work.Context.Tenant, stream, Credential.Decider, cancellation);
        var decision = decide(credential.State);
        work.Append(stream, credential.Version, decision.Events);
        return decision.Rejection;
    }
}
