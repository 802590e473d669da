using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Pathways.Kernel;
using Pathways.TransferRecognition.Agreements;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.Domain.Recognising;

namespace Pathways.TransferRecognition.Recognising;

/// <summary>
/// What one institution's events mean for another's streams: a sender's signature for the agreement that the receiver
/// holds, a credential's fate for the recognitions that rest on it. It follows the log, which orders all institutions'
/// events: whichever of a decision and a revocation comes later sees the other. Seeing an event twice changes nothing.
/// </summary>
public sealed class FollowUp(IEventStore store, RecognitionBook book, CircumstancesReader reader, TimeProvider clock) : ISubscription
{
    private const int Attempts = 10;

    public string Name => "recognition_follow_up";

    public async Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
    {
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            await (recorded.Data switch
            {
                SignatureGiven e => CarryAsync(recorded, e, cancellation),
                CredentialBecameKnown e => ReconsiderAllAsync(recorded, e.Facts.CredentialId, cancellation),
                KnownCredentialChanged e => ReconsiderAllAsync(recorded, e.CredentialId, cancellation),
                RecognitionRequested e => ReconsiderAsync(recorded, recorded.Tenant, e.About.RequestId, cancellation),
                CreditRecognised e => ReconsiderAsync(recorded, recorded.Tenant, e.About.RequestId, cancellation),
                _ => Task.CompletedTask,
            });
        }
    }

    private Task CarryAsync(RecordedEvent recorded, SignatureGiven signature, CancellationToken cancellation)
        => CommitAsync(recorded, signature.ReceivingInstitution, async work =>
        {
            string stream = Agreement.StreamOf(signature.AgreementId);
            var agreement = await store.LoadAsync(work.Context.Tenant, stream, Agreement.Decider, cancellation);
            // Refused when the terms were changed meanwhile: the signature stands in the sender's streams and concludes nothing.
            var decision = Agreement.Sign(
                agreement.State, new SignAgreement(signature.AgreementId, recorded.Tenant, signature.TermsHash, signature.SignedBy), clock.GetUtcNow());
            if (decision.Events.Length == 0) return;
            work.Append(stream, agreement.Version, decision.Events);
            var state = Agreement.Decider.Fold(agreement.State, decision.Events);
            foreach (var write in AgreementBook.Writes(work.Context.Tenant, signature.AgreementId, state)) work.Write(write);
        }, cancellation);

    private async Task ReconsiderAllAsync(RecordedEvent recorded, string credentialId, CancellationToken cancellation)
    {
        foreach (var (tenant, requestId) in await book.OfCredentialAsync(credentialId, cancellation))
            await ReconsiderAsync(recorded, tenant, requestId, cancellation);
    }

    private Task ReconsiderAsync(RecordedEvent recorded, string tenant, Guid requestId, CancellationToken cancellation)
        => CommitAsync(recorded, tenant, async work =>
        {
            string stream = Recognition.StreamOf(requestId);
            var recognition = await store.LoadAsync(tenant, stream, Recognition.Decider, cancellation);
            var request = recognition.State.Request!;
            var circumstances = await reader.ReadAsync(tenant, request.SendingInstitution, request.About.CredentialId, cancellation);
            var decision = Recognition.Reconsider(recognition.State, circumstances, clock.GetUtcNow());
            if (decision.Events.Length == 0) return;
            work.Append(stream, recognition.Version, decision.Events);
            work.Write(RecognitionBook.Write(tenant, Recognition.Decider.Fold(recognition.State, decision.Events)));
        }, cancellation);

    private async Task CommitAsync(RecordedEvent recorded, string tenant, Func<UnitOfWork, Task> prepare, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var work = new UnitOfWork(new EventContext(
                tenant, "transfer-recognition", recorded.CorrelationId, new EventCause("transfer-recognition", recorded.Id), recorded.TraceParent));
            await prepare(work);
            if (work.IsEmpty) return;
            var committed = await store.CommitAsync(work, cancellation);
            if (committed.IsAccepted) return;
            if (committed.Rejection.Kind != RejectionKind.Conflict || attempt == Attempts)
                throw new FollowUpRefusedException(recorded.Id, committed.Rejection);
        }
    }
}

/// <summary>An event's consequence could not be written; the follow-up stands still and says so.</summary>
public sealed class FollowUpRefusedException(Guid eventId, Rejection rejection)
    : Exception($"What follows from event {eventId} was refused: {rejection.Code}: {rejection.Message}");
