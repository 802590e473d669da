using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Issuers;

/// <summary>An institution in its role as issuer: one per tenant.</summary>
public sealed record Issuer(string Did, IssuerProfile? Profile, string JwtAlgorithm, ImmutableArray<IssuerKey> Keys)
{
    public const string Stream = "issuer-main";

    public static readonly Decider<Issuer> Decider = new(new Issuer("", Profile: null, KeyAlgorithms.Rs256, []), Evolve);

    public static Rejection NotRegistered => Rejection.Conflict(
        "issuer-not-registered", "The institution has no signing keys yet.", "Register it as issuer first.");

    public bool IsRegistered => Profile is not null;

    /// <summary>The key that embeds Data Integrity proofs.</summary>
    public IssuerKey ProofKey => Keys.Last(key => key.Algorithm == KeyAlgorithms.Ed25519);

    /// <summary>The key that signs the issuer's VC-JWTs.</summary>
    public IssuerKey JwtKey => Keys.Last(key => key.Algorithm == JwtAlgorithm);

    /// <summary>Registers the issuer, or changes its profile: keys are made once.</summary>
    public static Decision Register(Issuer issuer, RegisterIssuer command, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(command.Profile.Name))
            return Rejection.Invalid("issuer-name-missing", "An issuer needs a name.", place: "/name");
        if (command.Profile.Url is { } url && !Iri.IsAbsolute(url))
            return Rejection.Invalid("issuer-url-invalid", $"'{url}' is not an absolute URL.", place: "/url");
        if (command.JwtAlgorithm is not (KeyAlgorithms.Rs256 or KeyAlgorithms.Es256))
        {
            return Rejection.Invalid("jwt-algorithm-unknown", $"'{command.JwtAlgorithm}' is not an algorithm for credentials as JWT.",
                "Use RS256 or ES256: verifiers of Open Badges 3.0 accept no other.", "/jwtAlgorithm");
        }

        if (!issuer.IsRegistered)
            return Decision.Accept(new IssuerRegistered(command.Did, command.Profile, command.JwtAlgorithm, command.NewKeys, now));
        return issuer.Profile == command.Profile && issuer.JwtAlgorithm == command.JwtAlgorithm
            ? Decision.Nothing
            : Decision.Accept(new IssuerProfileChanged(command.Profile, command.JwtAlgorithm, now));
    }

    private static Issuer Evolve(Issuer issuer, object @event) => @event switch
    {
        IssuerRegistered e => new Issuer(e.Did, e.Profile, e.JwtAlgorithm, [.. e.Keys]),
        IssuerProfileChanged e => issuer with { Profile = e.Profile, JwtAlgorithm = e.JwtAlgorithm },
        _ => throw new UnexpectedEventException(@event),
    };
}

/// <param name="NewKeys">Used when the issuer has none yet: one per algorithm.</param>
public sealed record RegisterIssuer(string Did, IssuerProfile Profile, string JwtAlgorithm, IReadOnlyList<IssuerKey> NewKeys);
