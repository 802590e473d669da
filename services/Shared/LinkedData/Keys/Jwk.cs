using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>JSON Web Key (RFC 7517, 7518, 8037), public keys only.</summary>
internal static class Jwk
{
    public static VerificationKey Read(JsonObject jwk)
    {
        // A controller document must not carry private keys; a key that everybody holds proves nothing.
        if (jwk.ContainsKey("d"))
            throw new LinkedDataException("invalid key", "The JWK carries its private part: the key is burnt.");
        return (Text(jwk, "kty"), jwk.ContainsKey("crv") ? Text(jwk, "crv") : null) switch
        {
            ("OKP", "Ed25519") => new Ed25519VerificationKey(Bytes(jwk, "x")),
            ("EC", "P-256") => ReadEc(NistCurve.P256, jwk),
            ("EC", "P-384") => ReadEc(NistCurve.P384, jwk),
            ("RSA", _) => new RsaVerificationKey(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") }),
            var (type, curve) => throw new LinkedDataException("invalid key", $"JWK of kty {type}, crv {curve} is not supported."),
        };
    }

    private static EcdsaVerificationKey ReadEc(NistCurve curve, JsonObject jwk)
    {
        var point = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") };
        return point.X.Length == curve.FieldLength && point.Y.Length == curve.FieldLength
            ? new EcdsaVerificationKey(curve, point)
            : throw new LinkedDataException("invalid key", $"A {curve.Name} coordinate has {curve.FieldLength} bytes.");
    }

    private static string Text(JsonObject jwk, string member)
        => jwk[member] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw new LinkedDataException("invalid key", $"The JWK has no \"{member}\".");

    private static byte[] Bytes(JsonObject jwk, string member)
    {
        var text = Text(jwk, member);
        return text.Length is > 0 and <= 2048 && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : throw new LinkedDataException("invalid key", $"\"{member}\" of the JWK is not base64url.");
    }
}
