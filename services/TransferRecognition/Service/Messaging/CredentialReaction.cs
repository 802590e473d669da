using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.KnownCredentials;

namespace Pathways.TransferRecognition.Messaging;

/// <summary>Takes note of credentials and of what becomes of them. What follows for recognitions, <see cref="Recognising.FollowUp"/> finds in the log.</summary>
public sealed class CredentialReaction(IEventStore store, TimeProvider clock) : IReaction
{
    public string Source => "credential-issuance";

    public Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation) => incoming.Data switch
    {
        CredentialIssued e => DecideAsync(work, e.CredentialId, known => KnownCredential.Learn(known, FactsOf(incoming.Tenant, e), clock.GetUtcNow()), cancellation),
        CredentialRevoked e => ChangeAsync(work, e.CredentialId, CredentialStatuses.Revoked, e.Reason, cancellation),
        CredentialSuspended e => ChangeAsync(work, e.CredentialId, CredentialStatuses.Suspended, e.Reason, cancellation),
        CredentialReinstated e => ChangeAsync(work, e.CredentialId, CredentialStatuses.Valid, e.Reason, cancellation),
        CredentialExpired e => ChangeAsync(work, e.CredentialId, CredentialStatuses.Expired, reason: null, cancellation),
        _ => Task.CompletedTask,
    };

    private Task ChangeAsync(UnitOfWork work, string credentialId, string status, string? reason, CancellationToken cancellation)
        => DecideAsync(work, credentialId, known => KnownCredential.Change(known, status, reason, clock.GetUtcNow()), cancellation);

    private async Task DecideAsync(UnitOfWork work, string credentialId, Func<KnownCredential, Decision> decide, CancellationToken cancellation)
    {
        string stream = KnownCredential.StreamOf(Ids.Known(credentialId));
        var known = await store.LoadAsync(work.Context.Tenant, stream, KnownCredential.Decider, cancellation);
        var decision = decide(known.State);
        if (decision.Events.Length == 0) return;
        work.Append(stream, known.Version, decision.Events);
        work.Write(KnownCredentialBook.Write(work.Context.Tenant, KnownCredential.Decider.Fold(known.State, decision.Events)));
    }

    private static CredentialFacts FactsOf(string tenant, CredentialIssued issued) => new(
        issued.CredentialId, tenant, issued.LearnerId, issued.AchievementId, issued.AchievementVersion, issued.AchievementName, issued.Identifiers,
        issued.Credit?.Amount, issued.Credit?.Unit, issued.Level, issued.ScaledScore, issued.ValidFrom, issued.ValidUntil);
}
