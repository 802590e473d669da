using Pathways.Contracts.TransferRecognition.V1;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Stacks;

namespace Pathways.PathwayStacking.Messaging;

/// <summary>Credit recognised from another institution counts like a credential; a recognition that falls is taken out again.</summary>
public sealed class RecognitionReaction(StackKeeper stacks) : IReaction
{
    public string Source => "transfer-recognition";

    public static string LearnerOf(IncomingEvent incoming) => incoming.Data switch
    {
        CreditRecognised e => e.LearnerId,
        RecognitionRefused e => e.LearnerId,
        _ => incoming.Stream,
    };

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation) => incoming.Data switch
    {
        CreditRecognised e => stacks.HoldAsync(work, e.LearnerId, EvidenceOf(e), cancellation),
        RecognitionRefused e => stacks.LoseAsync(work, e.LearnerId, e.RequestId, WithdrawalReason.Withdrawn, e.Reason, cancellation),
        _ => Task.CompletedTask,
    };

    private static Evidence EvidenceOf(CreditRecognised e) => new(
        e.RequestId, EvidenceKind.RecognisedCredit, e.Identifiers.Count > 0 ? e.Identifiers[0] : e.RequestId, e.Identifiers, Name: null, Issuer: null,
        e.Credit.Amount, e.Credit.Unit, e.Level, Grade: null, Score: null, e.DecidedAt);
}
