using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>JWS Compact Serialization (RFC 7515, 7.1), taken apart. The signing input is the text as it came.</summary>
internal sealed record CompactJws(JsonElement Header, byte[] Payload, byte[] SigningInput, byte[] Signature)
{
    public string? Algorithm => Header.Text("alg");

    public string? KeyId => Header.Text("kid");

    public static string Sign(string keyId, string type, ReadOnlySpan<byte> payload, ISigner signer)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["alg"] = signer.PublicKey.JoseAlgorithm, ["kid"] = keyId, ["typ"] = type },
            StrictJson.Relaxed);
        var signingInput = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{signingInput}.{Base64Url.EncodeToString(signer.Sign(Encoding.ASCII.GetBytes(signingInput)))}";
    }

    public static CompactJws Read(string token)
    {
        if (token.Length > JsonLimits.Default.MaxBytes)
            throw new LinkedDataException("document too large", "The token is too long to be read.");
        var parts = token.Split('.', 4);
        if (parts.Length != 3)
            throw Invalid("It does not have three parts.");
        using var header = StrictJson.Parse(Decode(parts[0]));
        if (header.RootElement.ValueKind != JsonValueKind.Object)
            throw Invalid("Its header is not an object.");
        // RFC 7515, 4.1.11: what we do not understand and must, we refuse. RFC 7797 would change the signing input.
        if (header.RootElement.Member("crit") is not null || header.RootElement.Member("b64") is not null)
            throw Invalid("Its header asks for extensions that are not known here.");
        return new CompactJws(
            header.RootElement.Clone(), Decode(parts[1]), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Decode(parts[2]));
    }

    /// <summary>The key decides the algorithm, not the header: <c>none</c> and a public key used as an HMAC secret have no way in.</summary>
    public bool IsSignedBy(VerificationKey key) => Algorithm == key.JoseAlgorithm && key.Verify(SigningInput, Signature);

    private static byte[] Decode(string part)
        => !part.Contains('=') && Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : throw Invalid("A part is not base64url.");

    private static LinkedDataException Invalid(string why) => new("invalid jws", "The token is not a compact JWS: " + why);
}
