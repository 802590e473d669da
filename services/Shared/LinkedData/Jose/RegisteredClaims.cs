using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>The claims of RFC 7519 that stand for members of the credential (Open Badges 3.0, 8.2.3).</summary>
internal static class RegisteredClaims
{
    public static readonly string[] Names = ["iss", "jti", "sub", "nbf", "exp"];

    public static JsonObject For(CredentialClaims credential)
    {
        var claims = new JsonObject
        {
            ["iss"] = credential.Issuer ?? throw Missing("issuer id"),
            ["jti"] = credential.Id ?? throw Missing("id"),
            ["sub"] = credential.Subject ?? throw Missing("credentialSubject.id"),
            ["nbf"] = NumericDate(credential.ValidFrom) ?? throw Missing("validFrom"),
        };
        if (credential.ValidUntil is not null)
            claims["exp"] = NumericDate(credential.ValidUntil) ?? throw Missing("valid validUntil");
        return claims;
    }

    /// <summary>What the token claims and the credential contradicts; empty when they agree.</summary>
    public static IEnumerable<string> Contradictions(JsonElement payload, CredentialClaims credential)
    {
        if (Differs(payload, "iss", credential.Issuer))
            yield return "iss is not the issuer's id";
        if (Differs(payload, "jti", credential.Id))
            yield return "jti is not the credential's id";
        if (Differs(payload, "sub", credential.Subject))
            yield return "sub is not the subject's id";
        if (DiffersInTime(payload, "nbf", credential.ValidFrom))
            yield return "nbf is not validFrom";
        if (DiffersInTime(payload, "exp", credential.ValidUntil))
            yield return "exp is not validUntil";
    }

    private static bool Differs(JsonElement payload, string claim, string? value)
        => payload.Member(claim) is { } claimed && (claimed.ValueKind != JsonValueKind.String || (value is not null && !claimed.ValueEquals(value)));

    private static bool DiffersInTime(JsonElement payload, string claim, string? value)
        => payload.Member(claim) is { } claimed
            && (!TryReadDate(claimed, out var seconds) || (value is not null && seconds != NumericDate(value)));

    /// <summary>A NumericDate may have a fraction; validity is compared to the second.</summary>
    public static bool TryReadDate(JsonElement claim, out long seconds)
    {
        seconds = 0;
        if (claim.ValueKind != JsonValueKind.Number || !claim.TryGetDecimal(out var number) || number is < 0 or > 253402300799m)
            return false;
        seconds = (long)Math.Floor(number);
        return true;
    }

    private static long? NumericDate(string? timestamp) => Timestamp.TryRead(timestamp, out var time) ? time.ToUnixTimeSeconds() : null;

    private static LinkedDataException Missing(string member)
        => new("claim missing", $"The token profile of Open Badges 3.0 needs the credential's {member}.");
}
