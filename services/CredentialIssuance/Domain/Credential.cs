using System.Collections.Immutable;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain;

/// <summary>A credential's life after it was signed. Revoked and expired are final.</summary>
/// <param name="Grounds">Why it is suspended; it is reinstated when the last ground is gone.</param>
public sealed record Credential(CredentialIssued? Issued, CredentialStatus Status, ImmutableSortedSet<string> Grounds, string? Reason)
{
    public static readonly Decider<Credential> Decider = new(
        new Credential(Issued: null, CredentialStatus.Unknown, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), Reason: null), Evolve);

    public static string StreamOf(Guid id) => $"credential-{id}";

    /// <summary>The code of a refusal: it is revoked or expired, and stays so.</summary>
    public const string Final = "credential-final";

    /// <summary>Refuses commands about a credential that was never issued.</summary>
    public static Rejection Unknown => Rejection.NotFound("credential-unknown", "There is no such credential.", "List the credentials with GET /credential-issuance/credentials.");

    /// <summary>Whether it held at a time, seen from the events up to then: issued, not suspended, not revoked, within its dates.</summary>
    public bool HeldAt(DateTimeOffset time)
        => Status == CredentialStatus.Valid && Issued!.ValidFrom <= time && !(Issued.ValidUntil <= time);

    private static Credential Evolve(Credential credential, object @event) => @event switch
    {
        CredentialIssued e => credential with { Issued = e, Status = CredentialStatus.Valid },
        CredentialSuspended e => credential with
        {
            Status = CredentialStatus.Suspended, Grounds = credential.Grounds.Add(e.Ground), Reason = e.Reason,
        },
        SuspensionGroundAdded e => credential with { Grounds = credential.Grounds.Add(e.Ground) },
        SuspensionGroundLifted e => credential with { Grounds = credential.Grounds.Remove(e.Ground) },
        CredentialReinstated e => credential with { Status = CredentialStatus.Valid, Grounds = credential.Grounds.Clear(), Reason = e.Reason },
        CredentialRevoked e => credential with { Status = CredentialStatus.Revoked, Reason = e.Reason },
        CredentialExpired => credential with { Status = CredentialStatus.Expired, Reason = null },
        _ => throw new UnexpectedEventException(@event),
    };
}

public enum CredentialStatus
{
    Unknown,
    Valid,
    Suspended,
    Revoked,
    Expired,
}
