using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>
/// The facts about a credential that signatures and clocks are compared with, whether it is of VCDM 2.0 or 1.1.
/// </summary>
public sealed record CredentialClaims(string? Id, string? Issuer, string? Subject, string? ValidFrom, string? ValidUntil)
{
    public static CredentialClaims Of(JsonElement credential) => new(
        credential.Text("id"),
        credential.Member("issuer").IdOf(),
        SubjectId(credential),
        credential.Text("validFrom") ?? credential.Text("issuanceDate"),
        credential.Text("validUntil") ?? credential.Text("expirationDate"));

    /// <summary>The check <c>validity-period</c>: is the credential valid at this time?</summary>
    public Check CheckValidityPeriod(DateTimeOffset now, TimeSpan clockSkew)
    {
        const string Name = "validity-period";
        const string Mend = "Ask the issuer for a credential with valid dates.";
        if (ValidFrom is not null && !Timestamp.TryRead(ValidFrom, out _))
            return Check.Fail(Name, $"validFrom \"{ValidFrom}\" is not an xsd:dateTimeStamp.", Mend);
        if (ValidUntil is not null && !Timestamp.TryRead(ValidUntil, out _))
            return Check.Fail(Name, $"validUntil \"{ValidUntil}\" is not an xsd:dateTimeStamp.", Mend);
        if (Timestamp.TryRead(ValidFrom, out var from) && from > now + clockSkew)
            return Check.Fail(Name, $"The credential is valid from {ValidFrom}.", "Come back when it has become valid.");
        if (Timestamp.TryRead(ValidUntil, out var until) && until < now)
            return Check.Fail(Name, $"The credential expired at {ValidUntil}.", "Ask the holder or the issuer for a current one.");
        return Check.Pass(Name, $"from {ValidFrom ?? "any time"} until {ValidUntil ?? "further notice"}");
    }

    private static string? SubjectId(JsonElement credential)
        => credential.Member("credentialSubject") switch
        {
            { ValueKind: JsonValueKind.Array } several when several.GetArrayLength() == 1 => several[0].Text("id"),
            { ValueKind: JsonValueKind.Object } subject => subject.Text("id"),
            _ => null,
        };
}
