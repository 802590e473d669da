using System.Text;
using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>From a decision to the signed credential, in the forms that its issuer has chosen.</summary>
public sealed class CredentialSigner(IssuerKeys keys, Addresses addresses)
{
    public async Task<CredentialIssued> SignAsync(
        string tenant, AchievementAwarded award, AchievementDefinition definition, Issuer issuer, StatusEntry status, CancellationToken cancellation)
    {
        byte[] unsigned = StrictJson.ToUtf8(CredentialDocument.Write(tenant, award, definition, issuer, status, addresses));
        string? jwt = issuer.JwtKey is { } jwtKey
            ? VcJwt.Sign(unsigned, $"{issuer.Did}#{jwtKey.Id}", await keys.SignerAsync(tenant, jwtKey, cancellation))
            : null;
        string document = issuer.Forms.HasEmbeddedProof
            ? await ProveAsync(tenant, unsigned, issuer, issuer.Forms.Cryptosuite, award.ValidFrom, cancellation)
            : Envelope(jwt!);

        return new CredentialIssued(
            award.CredentialId,
            addresses.Credential(tenant, award.CredentialId),
            award.LearnerId,
            award.AchievementId,
            addresses.Achievement(tenant, award.AchievementId),
            award.AchievementVersion,
            definition.Name,
            issuer.Did,
            award.Basis,
            definition.Credit?.Amount,
            definition.Credit?.Unit,
            definition.Level,
            [award.AchievementId, .. definition.Identifiers ?? []],
            award.ValidFrom,
            award.ValidUntil,
            document,
            jwt,
            status,
            definition.Competencies(),
            definition.Areas());
    }

    /// <summary>The document with the issuer's embedded proof.</summary>
    public async Task<string> ProveAsync(
        string tenant, byte[] unsigned, Issuer issuer, string cryptosuite, DateTimeOffset created, CancellationToken cancellation)
        => Encoding.UTF8.GetString(DataIntegrityProof.Add(
            unsigned,
            new ProofOptions(cryptosuite, $"{issuer.Did}#{issuer.ProofKey.Id}", created),
            await keys.SignerAsync(tenant, issuer.ProofKey, cancellation)));

    /// <summary>Whether the document proves itself; else it is the envelope of a token.</summary>
    public static bool HasProof(CredentialIssued issued) => StrictJson.ParseObject(issued.Document).ContainsKey("proof");

    /// <summary>A token as JSON (VCDM 2.0, 4.13), for those who ask for JSON where only tokens are signed.</summary>
    private static string Envelope(string jwt) => new JsonObject
    {
        ["@context"] = "https://www.w3.org/ns/credentials/v2",
        ["id"] = "data:application/vc+jwt," + jwt,
        ["type"] = "EnvelopedVerifiableCredential",
    }.ToJsonString();
}
