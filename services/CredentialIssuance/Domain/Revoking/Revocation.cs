using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Revoking;

/// <summary>For good.</summary>
public sealed record CredentialRevoked(CredentialReference Credential, string Reason, DateTimeOffset At);

public static class Revocation
{
    /// <summary>Revokes. Revoking twice changes nothing; the first reason stands.</summary>
    public static Decision Revoke(Credential credential, string? reason, DateTimeOffset now)
    {
        if (credential.Issued is not { } issued) return Credential.Unknown;
        if (string.IsNullOrWhiteSpace(reason))
            return Rejection.Invalid("reason-missing", "A revocation needs a reason.", "Say why it is revoked.", "/reason");
        return credential.Status == CredentialStatus.Revoked ? Decision.Nothing : Decision.Accept(new CredentialRevoked(issued.Reference, reason, now));
    }
}
