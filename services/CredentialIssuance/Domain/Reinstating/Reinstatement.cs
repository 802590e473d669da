using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Reinstating;

/// <summary>Valid again: the last ground of its suspension is gone.</summary>
public sealed record CredentialReinstated(CredentialReference Credential, string Ground, string Reason, DateTimeOffset At);

/// <summary>One ground is gone, others keep it suspended.</summary>
public sealed record SuspensionGroundLifted(string Ground, string Reason, DateTimeOffset At);

public static class Reinstatement
{
    /// <summary>The code of a refusal: whoever asks has not suspended it.</summary>
    public const string OnOtherGround = "suspended-on-other-ground";

    public static Decision Reinstate(Credential credential, string ground, string? reason, DateTimeOffset now)
    {
        if (credential.Issued is not { } issued) return Credential.Unknown;
        if (string.IsNullOrWhiteSpace(reason))
            return Rejection.Invalid("reason-missing", "A reinstatement needs a reason.", "Say why it is reinstated.", "/reason");
        return credential.Status switch
        {
            CredentialStatus.Valid => Decision.Nothing,
            CredentialStatus.Suspended when !credential.Grounds.Contains(ground) => Rejection.Conflict(OnOtherGround,
                $"The credential is suspended for another reason: {string.Join(", ", credential.Grounds)}.", "Let whoever suspended it for that reason reinstate it."),
            CredentialStatus.Suspended when credential.Grounds.Count > 1 => Decision.Accept(new SuspensionGroundLifted(ground, reason, now)),
            CredentialStatus.Suspended => Decision.Accept(new CredentialReinstated(issued.Reference, ground, reason, now)),
            _ => Rejection.Conflict(Credential.Final, $"The credential is {credential.Status.ToString().ToLowerInvariant()} for good.", "Award the achievement again; revoke this one first if it has only expired."),
        };
    }
}
