using Pathways.Contracts.LearningRecord.V1;
using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;

namespace Pathways.CredentialIssuance.Messaging;

/// <summary>A result that meets a rule is awarded; a record that is withdrawn takes what rests on it along, unless a further result holds it up.</summary>
public sealed class LearningRecordReaction(AwardRules rules, AwardEvidence evidence, AwardProcess process) : IReaction
{
    // What the rules say no to is no fault: most results meet no rule, and a second pass awards nothing.
    private static readonly HashSet<string> ExpectedRefusals = new(StringComparer.Ordinal) { "rule-not-met", "no-award-rule", "already-awarded" };

    public string Source => "learning-record";

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation) => incoming.Data switch
    {
        AchievementRecorded recorded => AwardAsync(incoming, recorded, work, cancellation),
        AchievementWithdrawn withdrawn => WithdrawAsync(incoming, withdrawn, work, cancellation),
        _ => Task.CompletedTask,
    };

    private async Task AwardAsync(IncomingEvent incoming, AchievementRecorded recorded, UnitOfWork work, CancellationToken cancellation)
    {
        foreach (string achievementId in await rules.ForActivityAsync(work.Context.Tenant, recorded.ActivityId, cancellation))
        {
            var basis = new AwardBasis(AwardBasis.Record, RecordId: recorded.RecordId, ActivityId: recorded.ActivityId,
                Outcome: recorded.Outcome, ScaledScore: recorded.ScaledScore);
            var command = new AwardAchievement(
                DeterministicId.From(incoming.Id, $"credential/{achievementId}"), achievementId, recorded.LearnerId, basis, recorded.OccurredAt);
            var awarded = await process.AwardAsync(work, command, cancellation);
            if (awarded.Rejection is { } refusal && !ExpectedRefusals.Contains(refusal.Code)) throw new ReactionRefusedException(refusal);
        }
    }

    private async Task WithdrawAsync(IncomingEvent incoming, AchievementWithdrawn withdrawn, UnitOfWork work, CancellationToken cancellation)
    {
        foreach (var (achievementId, learnerId) in await evidence.AwardsOnAsync(work.Context.Tenant, withdrawn.RecordId, cancellation))
        {
            var refusal = await process.WithdrawRecordAsync(
                work, achievementId, learnerId, withdrawn.RecordId, $"Its evidence was withdrawn: {withdrawn.Reason}",
                DeterministicId.From(incoming.Id, $"credential/{achievementId}"), cancellation);
            if (refusal is not null) throw new ReactionRefusedException(refusal);
        }
    }
}
