using Pathways.Kernel;

namespace Pathways.TransferRecognition.Domain.KnownCredentials;

/// <summary>An institution issued a credential; recorded in its own tenant, as it told us.</summary>
public sealed record CredentialBecameKnown(CredentialFacts Facts, DateTimeOffset At);

/// <summary>Its issuer tells that it is valid or not.</summary>
/// <param name="Status"><c>valid</c>, <c>suspended</c>, <c>revoked</c> or <c>expired</c>.</param>
public sealed record KnownCredentialChanged(string CredentialId, string Status, string? Reason, DateTimeOffset At);

/// <summary>What a recognition decides on.</summary>
/// <param name="CredentialId">The credential's <c>id</c>, an IRI.</param>
/// <param name="Institution">The tenant that issued it.</param>
/// <param name="LearnerId">The learner's id there.</param>
/// <param name="Identifiers">What else names the achievement.</param>
/// <param name="Credit">Unknown when null; nobody guesses it.</param>
public sealed record CredentialFacts(
    string CredentialId,
    string Institution,
    string LearnerId,
    string AchievementId,
    int AchievementVersion,
    string AchievementName,
    IReadOnlyList<string> Identifiers,
    decimal? Credit,
    string? CreditUnit,
    string? Level,
    decimal? ScaledScore,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil);

public static class CredentialStatuses
{
    public const string Valid = "valid";
    public const string Suspended = "suspended";
    public const string Revoked = "revoked";
    public const string Expired = "expired";
}

public sealed record KnownCredential(CredentialFacts? Facts, string Status, string? Reason)
{
    public static readonly Decider<KnownCredential> Decider = new(
        new KnownCredential(Facts: null, CredentialStatuses.Valid, Reason: null),
        (known, @event) => @event switch
        {
            CredentialBecameKnown e => known with { Facts = e.Facts },
            KnownCredentialChanged e => known with { Status = e.Status, Reason = e.Reason },
            _ => throw new UnexpectedEventException(@event),
        });

    public static string StreamOf(Guid key) => $"known-{key}";

    public static Decision Learn(KnownCredential known, CredentialFacts facts, DateTimeOffset now)
        => known.Facts is null ? Decision.Accept(new CredentialBecameKnown(facts, now)) : Decision.Nothing;

    public static Decision Change(KnownCredential known, string status, string? reason, DateTimeOffset now)
        => known.Facts is not { } facts || known.Status == status
            ? Decision.Nothing
            : Decision.Accept(new KnownCredentialChanged(facts.CredentialId, status, reason, now));
}
