using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pathways.WebDefaults;

namespace Pathways.Tests.Support;

/// <summary>Signs tokens as Access does, and is where a service under test finds the keys.</summary>
public sealed class TestIssuer(string origin) : ISigningKeySource
{
    private readonly Dictionary<string, ECDsa> _published = [];

    public ECDsa Key { get; private set; } = null!;

    public string KeyId { get; private set; } = "";

    /// <summary>How often a service asked for the keys.</summary>
    public int Fetches { get; private set; }

    public string TokenFor(string tenant, params string[] scopes) => Sign(Claims(tenant, scopes), new Dictionary<string, object>());

    /// <summary>The claims of a good token, for a test to spoil.</summary>
    public Dictionary<string, object> Claims(string tenant, params string[] scopes)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = origin,
            ["aud"] = Tokens.Audience,
            ["sub"] = "test-client",
            ["client_id"] = "test-client",
            ["tenant"] = tenant,
            ["scope"] = string.Join(' ', scopes),
            ["iat"] = now,
            ["exp"] = now + 600,
        };
    }

    /// <param name="header">Added to or put over <c>alg</c>, <c>typ</c>, <c>kid</c>.</param>
    public string Sign(IReadOnlyDictionary<string, object> claims, IReadOnlyDictionary<string, object> header, Func<byte[], byte[]>? sign = null)
    {
        if (Key is null) Rotate();
        var full = new Dictionary<string, object> { ["alg"] = SecurityAlgorithms.EcdsaSha256, ["typ"] = Tokens.Type, ["kid"] = KeyId };
        foreach (var (name, value) in header) full[name] = value;
        string content = $"{Part(full)}.{Part(claims)}";
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(content);
        return $"{content}.{Base64UrlEncoder.Encode(sign is null ? Key!.SignData(bytes, HashAlgorithmName.SHA256) : sign(bytes))}";
    }

    /// <summary>Signs with a new key from now on; the old one stays published.</summary>
    public void Rotate()
    {
        Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        KeyId = Guid.NewGuid().ToString("N");
        _published[KeyId] = Key;
    }

    public Task<JsonWebKeySet> FetchAsync(CancellationToken cancellation)
    {
        Fetches++;
        if (Key is null) Rotate();
        var keys = new JsonWebKeySet();
        foreach (var (id, key) in _published)
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            keys.Keys.Add(new JsonWebKey
            {
                Kty = "EC", Crv = "P-256", Kid = id, X = Base64UrlEncoder.Encode(point.X), Y = Base64UrlEncoder.Encode(point.Y),
            });
        }
        return Task.FromResult(keys);
    }

    private static string Part(object value) => Base64UrlEncoder.Encode(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value));
}
