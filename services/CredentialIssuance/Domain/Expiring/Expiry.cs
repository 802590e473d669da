using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Expiring;

/// <summary><c>validUntil</c> has passed.</summary>
public sealed record CredentialExpired(CredentialReference Credential, DateTimeOffset At);

public static class Expiry
{
    /// <summary>Takes note of the passing of <c>validUntil</c>; nothing before, nothing twice.</summary>
    public static Decision Expire(Credential credential, DateTimeOffset now)
    {
        if (credential.Issued is not { } issued) return Credential.Unknown;
        return issued.ValidUntil <= now && credential.Status is (CredentialStatus.Valid or CredentialStatus.Suspended)
            ? Decision.Accept(new CredentialExpired(issued.Reference, now))
            : Decision.Nothing;
    }
}
