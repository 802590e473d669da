using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// Signed statements (1.0.3, Data 2.6; 2.0, section 4.2.6): a JWS (RFC 7515, compact) whose payload says the same as the
/// statement. With a certificate chain in its header the signature is verified by it; without one there is no key to verify by.
/// </summary>
public static class StatementSignature
{
    public const string UsageType = "http://adlnet.gov/expapi/attachments/signature";

    private const string Code = "signature-invalid";

    public static Rejection? Check(JsonElement statement, ReadOnlyMemory<byte> jws, string contentType)
    {
        if (contentType.Split(';')[0].Trim() != "application/octet-stream") return Refused("is sent as application/octet-stream");
        string[] parts = Encoding.UTF8.GetString(jws.Span).Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } headerBytes || Decode(parts[1]) is not { } payloadBytes || Decode(parts[2]) is not { } signature)
            return Refused("must be a JWS in its compact form");
        var header = StatementJson.Parse(headerBytes);
        var payload = StatementJson.Parse(payloadBytes);
        if (!header.IsAccepted || !payload.IsAccepted || header.Value.RootElement.ValueKind != JsonValueKind.Object || payload.Value.RootElement.ValueKind != JsonValueKind.Object)
            return Refused("must have JSON objects as its header and payload");
        using var headerJson = header.Value;
        using var payloadJson = payload.Value;

        if (Algorithm(headerJson.RootElement) is not { } algorithm) return Refused("must be of RS256, RS384 or RS512");
        if (!StatementEquivalence.AreSame(statement, payloadJson.RootElement)) return Refused("must have the statement as its payload");
        return Verify(headerJson.RootElement, algorithm, $"{parts[0]}.{parts[1]}", signature) ? null : Refused("does not verify by the certificate in its header");
    }

    private static Rejection Refused(string rule) => Rejection.Invalid(Code, $"The signature {rule}.", "Sign the statement as it is sent: xAPI 2.0 (IEEE 9274.1.1, section 4.2.6).", "/attachments");

    private static HashAlgorithmName? Algorithm(JsonElement header)
        => header.TryGetProperty("alg", out var alg) && alg.ValueKind == JsonValueKind.String
            ? alg.GetString() switch
            {
                "RS256" => HashAlgorithmName.SHA256,
                "RS384" => HashAlgorithmName.SHA384,
                "RS512" => HashAlgorithmName.SHA512,
                _ => null,
            }
            : null;

    private static bool Verify(JsonElement header, HashAlgorithmName algorithm, string signed, byte[] signature)
    {
        if (!header.TryGetProperty("x5c", out var chain)) return true;
        if (chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() == 0 || chain[0].ValueKind != JsonValueKind.String) return false;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(chain[0].GetString()!));
            using var key = certificate.GetRSAPublicKey();
            return key?.VerifyData(Encoding.ASCII.GetBytes(signed), signature, algorithm, RSASignaturePadding.Pkcs1) == true;
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            return false;
        }
    }

    private static byte[]? Decode(string part) => Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : null;
}
