using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Issuers;

/// <summary>An institution in its role as issuer: one per tenant.</summary>
/// <param name="Keys">Every key there ever was, in the order they came.</param>
public sealed record Issuer(string Did, IssuerProfile? Profile, ProofForms Forms, ImmutableArray<HeldKey> Keys)
{
    public const string Stream = "issuer-main";

    public static readonly Decider<Issuer> Decider = new(
        new Issuer("", Profile: null, new ProofForms(ProofForms.EddsaRdfc, JwtAlgorithm: null), []), Evolve);

    public static Rejection NotRegistered => Rejection.Conflict(
        "issuer-not-registered", "The institution has no signing keys yet.", "Register it as issuer first.");

    public bool IsRegistered => Profile is not null;

    /// <summary>The key that embeds Data Integrity proofs.</summary>
    public IssuerKey ProofKey => Current(KeyAlgorithms.Ed25519);

    /// <summary>The key that signs the issuer's VC-JWTs; null when it has chosen none.</summary>
    public IssuerKey? JwtKey => Forms.JwtAlgorithm is { } algorithm ? Current(algorithm) : null;

    /// <summary>Registers the issuer, or changes its profile: keys are made once.</summary>
    public static Decision Register(Issuer issuer, RegisterIssuer command, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(command.Profile.Name))
            return Rejection.Invalid("issuer-name-missing", "An issuer needs a name.", "Give the institution's name.", "/name");
        if (command.Profile.Url is { } url && !(Iri.IsAbsolute(url) && Uri.IsWellFormedUriString(url, UriKind.Absolute)))
            return Rejection.Invalid("issuer-url-invalid", $"'{url}' is not an absolute URL.", "Give one that begins with https://.", "/url");
        if (command.Forms.Flaw() is { } flaw) return flaw;

        string? suite = command.Forms.Cryptosuite == ProofForms.EddsaRdfc ? null : command.Forms.Cryptosuite;
        if (!issuer.IsRegistered)
            return Decision.Accept(new IssuerRegistered(command.Did, command.Profile, command.Forms.JwtAlgorithm, command.NewKeys, now, suite));
        return issuer.Profile == command.Profile && issuer.Forms == command.Forms
            ? Decision.Nothing
            : Decision.Accept(new IssuerProfileChanged(command.Profile, command.Forms.JwtAlgorithm, now, suite));
    }

    /// <summary>Lets a new key sign from now on.</summary>
    public static Decision Rotate(Issuer issuer, IssuerKey newKey, DateTimeOffset now)
        => issuer.IsRegistered ? Decision.Accept(new IssuerKeyRotated(newKey, issuer.Current(newKey.Algorithm).Id, now)) : NotRegistered;

    /// <summary>Takes back everything a key signed. One that signs now is replaced in the same moment.</summary>
    /// <param name="replacement">Of the same algorithm; used when the key signs now.</param>
    public static Decision RevokeKey(Issuer issuer, string keyId, string? reason, IssuerKey replacement, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return Rejection.Invalid("reason-missing", "The revocation of a key needs a reason.", "Say why the key is revoked.", "/reason");
        if (issuer.Keys.FirstOrDefault(key => key.Key.Id == keyId) is not { } held)
            return Rejection.NotFound("key-unknown", $"The issuer has no key '{keyId}'.", "List them with GET /credential-issuance/issuers.");
        if (held.RevokedAt is not null) return Decision.Nothing;
        var revoked = new IssuerKeyRevoked(keyId, reason, now);
        return held.IsCurrent ? Decision.Accept(new IssuerKeyRotated(replacement, keyId, now), revoked) : Decision.Accept(revoked);
    }

    private IssuerKey Current(string algorithm) => Keys.Last(key => key.IsCurrent && key.Key.Algorithm == algorithm).Key;

    private ImmutableArray<HeldKey> With(string keyId, Func<HeldKey, HeldKey> change)
        => [.. Keys.Select(key => key.Key.Id == keyId ? change(key) : key)];

    private static Issuer Evolve(Issuer issuer, object @event) => @event switch
    {
        IssuerRegistered e => new Issuer(e.Did, e.Profile, FormsOf(e.Cryptosuite, e.JwtAlgorithm), [.. e.Keys.Select(key => new HeldKey(key, e.At))]),
        IssuerProfileChanged e => issuer with { Profile = e.Profile, Forms = FormsOf(e.Cryptosuite, e.JwtAlgorithm) },
        IssuerKeyRotated e => issuer with { Keys = [.. issuer.With(e.Retires, key => key with { RetiredAt = e.At }), new HeldKey(e.Key, e.At)] },
        IssuerKeyRevoked e => issuer with { Keys = issuer.With(e.KeyId, key => key with { RevokedAt = e.At, Reason = e.Reason }) },
        _ => throw new UnexpectedEventException(@event),
    };

    private static ProofForms FormsOf(string? cryptosuite, string? jwtAlgorithm) => new(cryptosuite ?? ProofForms.EddsaRdfc, jwtAlgorithm);
}

/// <summary>A key and its history.</summary>
/// <param name="RetiredAt">It signs no more since then; what it signed stays good.</param>
/// <param name="RevokedAt">Nothing it signed is to be relied on.</param>
/// <param name="Reason">Of the revocation.</param>
public sealed record HeldKey(
    IssuerKey Key, DateTimeOffset Since, DateTimeOffset? RetiredAt = null, DateTimeOffset? RevokedAt = null, string? Reason = null)
{
    public bool IsCurrent => RetiredAt is null && RevokedAt is null;
}

/// <param name="NewKeys">Used when the issuer has none yet: one per algorithm.</param>
public sealed record RegisterIssuer(string Did, IssuerProfile Profile, ProofForms Forms, IReadOnlyList<IssuerKey> NewKeys);
