using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Pathways.Access.Keys;

/// <summary>
/// The keys that tokens are signed with, ES256. The next key is published before it is used, so at a rotation every
/// service knows it already; the keys before stay published until no token of theirs can be alive.
/// </summary>
/// <remarks>Order: the next key, the one in use, retired ones from newest to oldest.</remarks>
public sealed record TokenKeys(ImmutableArray<TokenKey> All)
{
    /// <summary>Longer than any token lives, skew included.</summary>
    private static readonly TimeSpan KeepRetired = TimeSpan.FromHours(1);

    public TokenKey Current => All[1];

    public static TokenKeys Create(DateTimeOffset now) => new([TokenKey.Create(now), TokenKey.Create(now)]);

    public TokenKeys Rotate(DateTimeOffset now)
    {
        var retired = All.Skip(1).Select(key => key with { RetiredAt = key.RetiredAt ?? now }).Where(key => now - key.RetiredAt < KeepRetired);
        return new TokenKeys([TokenKey.Create(now), All[0], .. retired]);
    }
}

/// <param name="Id">The key's RFC 7638 thumbprint.</param>
/// <param name="Pkcs8">The private key.</param>
public sealed record TokenKey(string Id, byte[] Pkcs8, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt)
{
    public static TokenKey Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(ThumbprintOf(key.ExportParameters(includePrivateParameters: false)), key.ExportPkcs8PrivateKey(), now, RetiredAt: null);
    }

    public ECDsa Open()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Pkcs8, out _);
        return key;
    }

    public PublicJwk Public()
    {
        using var key = Open();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new PublicJwk(Id, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    private static string ThumbprintOf(ECParameters key)
    {
        // RFC 7638, 3.2: these members, in this order, without white space.
        string json = $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(key.Q.X)}}","y":"{{Base64Url.EncodeToString(key.Q.Y)}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
    }
}

/// <summary>A public key as in a JWKS (RFC 7517).</summary>
public sealed record PublicJwk(string Kid, string X, string Y)
{
    public string Kty { get; } = JsonWebAlgorithmsKeyTypes.EllipticCurve;

    public string Crv { get; } = JsonWebKeyECTypes.P256;

    public string Use { get; } = JsonWebKeyUseNames.Sig;

    public string Alg { get; } = SecurityAlgorithms.EcdsaSha256;
}

public sealed record PublicJwks(IReadOnlyList<PublicJwk> Keys);
