namespace Pathways.CredentialIssuance.Domain.Statuses;

/// <summary>The one place in a status list where the world sees whether a credential stands.</summary>
/// <param name="Purpose">One of <see cref="StatusPurposes"/>.</param>
/// <param name="List">Number of the issuer's list for this purpose, from 1.</param>
/// <param name="Index">Drawn at random, so that it tells nothing about when the credential was issued.</param>
public sealed record StatusEntry(string Purpose, int List, int Index);

/// <summary>
/// Open Badges 3.0 allows one status per credential, so each achievement chooses what its bit says. 1EdTech's validator knows
/// revocation only and would show a set suspension as valid.
/// </summary>
public static class StatusPurposes
{
    /// <summary>Set when revoked. A suspension shows on the credential's page and in its status only.</summary>
    public const string Revocation = "revocation";

    /// <summary>Set while suspended, and when revoked for good.</summary>
    public const string Suspension = "suspension";

    public static bool IsKnown(string purpose) => purpose is Revocation or Suspension;
}
