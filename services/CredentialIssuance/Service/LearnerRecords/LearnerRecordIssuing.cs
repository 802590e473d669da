using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Signing;
using Pathways.CredentialIssuance.Statuses;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.LearnerRecords;

/// <summary>
/// Signs the learner record of each stacked credential. Behind the log and not beside the award: it embeds dozens of documents, and
/// nobody waits for it.
/// </summary>
public sealed class LearnerRecordIssuing(
    IEventStore store, CredentialSigner signer, StatusEntries statuses, Addresses addresses, TimeProvider clock) : ISubscription
{
    private const int Attempts = 5;

    public string Name => "learner_records";

    public async Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
    {
        foreach (var recorded in batch.Select(entry => entry.Event))
        {
            if (recorded.Data is CredentialIssued { Basis.Kind: AwardBasis.Stack } or CredentialReinstated)
                await IssueAsync(recorded, Guid.Parse(recorded.Stream["credential-".Length..]), cancellation);
        }
    }

    private async Task IssueAsync(RecordedEvent cause, Guid credentialId, CancellationToken cancellation)
    {
        string tenant = cause.Tenant;
        string stream = LearnerRecord.StreamOf(credentialId);
        for (int attempt = 1; ; attempt++)
        {
            var stacked = (await store.LoadAsync(tenant, Credential.StreamOf(credentialId), Credential.Decider, cancellation)).State;
            var record = await store.LoadAsync(tenant, stream, LearnerRecord.Decider, cancellation);
            if (!LearnerRecord.IsDue(record.State, stacked) || !CredentialSigner.HasProof(stacked.Issued!)) return;

            var work = new UnitOfWork(new EventContext(
                tenant, "credential-issuance", cause.CorrelationId, new EventCause("credential-issuance", cause.Id)));
            work.Append(stream, record.Version, [await SignAsync(work, stacked.Issued!, cancellation)]);
            if ((await store.CommitAsync(work, cancellation)).Rejection is not { } conflict) return;
            if (attempt == Attempts) throw new InvalidOperationException($"The learner record of {credentialId} cannot be stored: {conflict.Code}.");
        }
    }

    private async Task<LearnerRecordIssued> SignAsync(UnitOfWork work, CredentialIssued stacked, CancellationToken cancellation)
    {
        string tenant = work.Context.Tenant;
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        string[] named = [.. (stacked.Basis.Parts ?? []).Select(part => part.EvidenceId).Distinct(StringComparer.Ordinal)];
        var parts = new List<CredentialIssued>(named.Length);
        foreach (string part in named)
        {
            if (await FindAsync(part, cancellation) is { } found) parts.Add(found);
        }

        var (status, take) = await statuses.DrawAsync(
            tenant, stacked.Status?.Purpose ?? StatusPurposes.Revocation, stacked.CredentialId, cancellation);
        work.Write(take);
        var validFrom = clock.GetUtcNow();
        var unsigned = LearnerRecordDocument.Write(tenant, stacked, parts, issuer, status, validFrom, addresses);
        // Always this suite: 1EdTech's inspector of learner records takes no other form in full.
        string document = await signer.ProveAsync(
            tenant, StrictJson.ToUtf8(unsigned), issuer, Cryptosuites.EddsaRdfc2022, validFrom, cancellation);

        string[] embedded = [stacked.CredentialIri, .. parts.Select(part => part.CredentialIri)];
        return new LearnerRecordIssued(
            stacked.CredentialId, addresses.LearnerRecord(tenant, stacked.CredentialId), stacked.LearnerId, issuer.Did,
            embedded, [.. named.Except(embedded, StringComparer.Ordinal)], validFrom, stacked.ValidUntil, status, document);
    }

    /// <summary>Null for what was not issued here, does not stand, or has no document with a proof inside.</summary>
    private async Task<CredentialIssued?> FindAsync(string iri, CancellationToken cancellation)
    {
        if (addresses.ParseCredential(iri) is not { } own) return null;
        var credential = (await store.LoadAsync(own.Tenant, Credential.StreamOf(own.Id), Credential.Decider, cancellation)).State;
        return credential is { Status: CredentialStatus.Valid, Issued: { } issued } && CredentialSigner.HasProof(issued) ? issued : null;
    }
}
