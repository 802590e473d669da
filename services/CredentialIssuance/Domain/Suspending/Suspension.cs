using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Suspending;

/// <summary>Not valid for the time being.</summary>
/// <param name="Ground">What suspends it: <see cref="SuspensionGrounds"/>.</param>
public sealed record CredentialSuspended(CredentialReference Credential, string Ground, string Reason, DateTimeOffset At);

/// <summary>One more reason why a suspended credential stays suspended.</summary>
public sealed record SuspensionGroundAdded(string Ground, string Reason, DateTimeOffset At);

/// <summary>
/// A completed stack must not lift what a registrar suspended by hand, so each ground is lifted by what laid it.
/// </summary>
public static class SuspensionGrounds
{
    public const string Manual = "manual";

    /// <summary>The stack that the credential rests on is open again.</summary>
    public const string Stack = "stack-reopened";
}

public static class Suspension
{
    public static Decision Suspend(Credential credential, string ground, string? reason, DateTimeOffset now)
    {
        if (credential.Issued is not { } issued) return Credential.Unknown;
        if (string.IsNullOrWhiteSpace(reason))
            return Rejection.Invalid("reason-missing", "A suspension needs a reason.", "Say why it is suspended.", "/reason");
        return credential.Status switch
        {
            CredentialStatus.Valid => Decision.Accept(new CredentialSuspended(issued.Reference, ground, reason, now)),
            CredentialStatus.Suspended when credential.Grounds.Contains(ground) => Decision.Nothing,
            CredentialStatus.Suspended => Decision.Accept(new SuspensionGroundAdded(ground, reason, now)),
            _ => Rejection.Conflict(Credential.Final, $"The credential is {credential.Status.ToString().ToLowerInvariant()} for good.", "It counts no more; nothing is left to suspend."),
        };
    }
}
