using System.Text.Json.Serialization;

namespace Pathways.CredentialIssuance.Domain.Issuers;

/// <summary>The institution can sign from now on.</summary>
/// <param name="Did">Its identifier in every credential; stays the same when keys change.</param>
/// <param name="JwtAlgorithm">How its credentials are signed as tokens; null when they are not.</param>
/// <param name="Cryptosuite">Of the embedded proof: <see cref="ProofForms"/>; the default when null.</param>
public sealed record IssuerRegistered(
    string Did, IssuerProfile Profile, string? JwtAlgorithm, IReadOnlyList<IssuerKey> Keys, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cryptosuite = null);

public sealed record IssuerProfileChanged(
    IssuerProfile Profile, string? JwtAlgorithm, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cryptosuite = null);

/// <summary>A new key signs from now on. The one before stays published: what it signed stays good.</summary>
/// <param name="Retires">The key of the same algorithm that signs no more.</param>
public sealed record IssuerKeyRotated(IssuerKey Key, string Retires, DateTimeOffset At);

/// <summary>Nothing that the key signed is to be relied on, whenever it was signed: who has the key can write any date.</summary>
public sealed record IssuerKeyRevoked(string KeyId, string Reason, DateTimeOffset At);

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

    public static IReadOnlyList<string> All { get; } = [Ed25519, Es256, Rs256];
}
