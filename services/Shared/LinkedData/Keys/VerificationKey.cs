using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>A public key. Safe to share between threads.</summary>
public abstract class VerificationKey
{
    public abstract KeyAlgorithm Algorithm { get; }

    /// <summary>The <c>alg</c> a JOSE header must have for this key.</summary>
    public string JoseAlgorithm => Algorithm.JoseName();

    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>RFC 7517, public members only.</summary>
    public abstract JsonObject ToJwk();

    /// <summary><c>publicKeyMultibase</c> of a Multikey; null for RSA, which has none in Controlled Identifiers 1.0.</summary>
    public abstract string? Multibase { get; }

    /// <summary>RFC 7638, SHA-256, base64url.</summary>
    public string JwkThumbprint()
        => System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Jcs.Canonicalize(ToJwk())));

    public static VerificationKey FromMultibase(string publicKeyMultibase) => Multikey.ReadPublic(publicKeyMultibase);

    public static VerificationKey FromJwk(JsonObject jwk) => Jwk.Read(jwk);

    public static VerificationKey FromJwk(JsonElement jwk) => Jwk.Read(JsonObject.Create(jwk) ?? []);
}
