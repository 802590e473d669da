using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>The verdict on a token, and the credential inside it (also when the verdict is no: to be shown, not relied on).</summary>
public sealed record VcJwtVerification(VerificationReport Report, JsonObject? Credential);

/// <summary>
/// Credentials as JSON Web Tokens in the profile of Open Badges 3.0 (8.2): the payload is the credential itself with the claims
/// iss, jti, sub, nbf and, when it ends, exp beside it. RS256, ES256 (and ES384, EdDSA, which 1EdTech does not certify).
/// </summary>
public static class VcJwt
{
    /// <summary>Open Badges 3.0 says MUST; VC-JOSE-COSE would prefer <c>vc+jwt</c>.</summary>
    public const string OpenBadgesType = "JWT";

    /// <summary>The compact token. <paramref name="keyId"/> is a URL under which verifiers find one bare JWK, or a DID URL.</summary>
    public static string Sign(ReadOnlyMemory<byte> credential, string keyId, ISigner signer, string type = OpenBadgesType)
    {
        using var parsed = StrictJson.Parse(credential);
        var claims = RegisteredClaims.For(CredentialClaims.Of(parsed.RootElement));
        var payload = credential.ToArray();
        foreach (var (name, value) in claims)
        {
            if (parsed.RootElement.Member(name) is not null)
                throw new LinkedDataException("claim taken", $"The credential already has a member \"{name}\", which the token needs for itself.");
            payload = JsonSplice.Append(payload, name, StrictJson.ToUtf8(value!));
        }
        return CompactJws.Sign(keyId, type, payload, signer);
    }

    public static string Sign(JsonObject credential, string keyId, ISigner signer, string type = OpenBadgesType)
        => Sign(StrictJson.ToUtf8(credential), keyId, signer, type);

    public static async Task<VcJwtVerification> VerifyAsync(
        string token, IVerificationMethodResolver resolver, VerificationOptions options, CancellationToken cancellation = default)
    {
        try
        {
            var jws = CompactJws.Read(token);
            using var payload = StrictJson.Parse(jws.Payload);
            if (payload.RootElement.ValueKind != JsonValueKind.Object)
                throw new LinkedDataException("invalid jws", "The token's payload is not a JSON object.");
            return await new VcJwtChecks(jws, payload.RootElement, resolver, options).RunAsync(cancellation);
        }
        catch (LinkedDataException problem)
        {
            var report = new VerificationReport([Check.Fail("jwt-format", problem.Message, "Ask the sender for the token as it was issued.")]);
            return new VcJwtVerification(report, Credential: null);
        }
    }
}
