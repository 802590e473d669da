namespace Pathways.CredentialIssuance.Domain.Issuers;

/// <summary>The institution can sign from now on.</summary>
/// <param name="Did">Its identifier in every credential; stays the same when keys change.</param>
public sealed record IssuerRegistered(string Did, IssuerProfile Profile, string JwtAlgorithm, IReadOnlyList<IssuerKey> Keys, DateTimeOffset At);

public sealed record IssuerProfileChanged(IssuerProfile Profile, string JwtAlgorithm, DateTimeOffset At);

/// <summary>What others see of an issuer: the Open Badges 3.0 <c>Profile</c>.</summary>
public sealed record IssuerProfile(string Name, string? Url, string? Description, IssuerAddress? Address);

/// <summary>Country and region are required of a micro-credential's issuer in Europe (2022/C 243/02, Annex I).</summary>
/// <param name="CountryCode">ISO 3166-1 alpha-2.</param>
public sealed record IssuerAddress(string? CountryCode, string? Country, string? Region, string? Locality);

/// <summary>A public key. The private half never enters an event: it lies encrypted beside the streams.</summary>
/// <param name="Id">Names the key in the DID document: its multibase form where it has one, else its JWK thumbprint.</param>
/// <param name="Algorithm"><c>Ed25519</c>, <c>ES256</c> or <c>RS256</c>.</param>
/// <param name="PublicJwk">The bare JWK (RFC 7517), as text.</param>
public sealed record IssuerKey(string Id, string Algorithm, string PublicJwk);

public static class KeyAlgorithms
{
    public const string Ed25519 = "Ed25519";
    public const string Es256 = "ES256";
    public const string Rs256 = "RS256";
}
