using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore;

namespace Pathways.CredentialIssuance.Api;

/// <param name="What"><c>issued</c>, <c>suspended</c>, <c>reinstated</c>, <c>revoked</c> or <c>expired</c>.</param>
public sealed record CredentialChange(string What, DateTimeOffset At, string? Reason);

/// <param name="Status"><c>valid</c>, <c>suspended</c>, <c>revoked</c> or <c>expired</c>.</param>
/// <param name="Valid">Whether it held at <paramref name="At"/>, as the events up to then say.</param>
public sealed record CredentialStatusView(
    string CredentialId, DateTimeOffset At, bool Valid, string Status, string? Reason, DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil,
    IReadOnlyList<CredentialChange> History)
{
    internal static CredentialStatusView Of(CredentialHistory history)
    {
        var (credential, at) = (history.Credential, history.At);
        var issued = credential.Issued!;
        // The clock that takes note of the end comes by a moment later than the end itself.
        var status = credential.Status is CredentialStatus.Valid or CredentialStatus.Suspended && issued.ValidUntil <= at ? CredentialStatus.Expired : credential.Status;
        return new(
            issued.CredentialIri, at, credential.HeldAt(at), status.ToString().ToLowerInvariant(), credential.Reason,
            issued.ValidFrom, issued.ValidUntil, history.Changes);
    }
}

/// <summary>A credential as it was known at a time, and what had happened to it until then.</summary>
internal sealed record CredentialHistory(Credential Credential, DateTimeOffset At, long Version, IReadOnlyList<CredentialChange> Changes)
{
    /// <param name="at">Now when null: then everything counts that is stored, whatever the two clocks say.</param>
    public static async Task<CredentialHistory> ReadAsync(
        IEventStore store, string tenant, Guid id, DateTimeOffset? at, TimeProvider clock, CancellationToken cancellation)
    {
        var credential = Credential.Decider.Initial;
        long version = 0;
        var changes = new List<CredentialChange>();
        await foreach (var recorded in store.ReadStreamAsync(tenant, Credential.StreamOf(id), 0, cancellation))
        {
            if (recorded.RecordedAt > at) break;
            credential = Credential.Decider.Evolve(credential, recorded.Data);
            version = recorded.Version;
            if (ChangeOf(recorded.Data) is { } change) changes.Add(change);
        }

        return new CredentialHistory(credential, at ?? clock.GetUtcNow(), version, changes);
    }

    private static CredentialChange? ChangeOf(object @event) => @event switch
    {
        CredentialIssued e => new("issued", e.ValidFrom, Reason: null),
        CredentialSuspended e => new("suspended", e.At, e.Reason),
        CredentialReinstated e => new("reinstated", e.At, e.Reason),
        CredentialRevoked e => new("revoked", e.At, e.Reason),
        CredentialExpired e => new("expired", e.At, Reason: null),
        _ => null,
    };
}
