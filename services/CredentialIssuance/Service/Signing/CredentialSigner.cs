using System.Text;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>From a decision to the signed credential: with an embedded proof, and as a JWT over the same claims.</summary>
public sealed class CredentialSigner(IssuerKeys keys, Addresses addresses)
{
    public async Task<CredentialIssued> SignAsync(
        string tenant, AchievementAwarded award, AchievementDefinition definition, Issuer issuer, CancellationToken cancellation)
    {
        byte[] unsigned = StrictJson.ToUtf8(CredentialDocument.Write(tenant, award, definition, issuer, addresses));

        var proofSigner = await keys.SignerAsync(tenant, issuer.ProofKey, cancellation);
        byte[] document = DataIntegrityProof.Add(
            unsigned, new ProofOptions(Cryptosuites.EddsaJcs2022, $"{issuer.Did}#{issuer.ProofKey.Id}", award.ValidFrom), proofSigner);

        var jwtSigner = await keys.SignerAsync(tenant, issuer.JwtKey, cancellation);
        string jwt = VcJwt.Sign(unsigned, $"{issuer.Did}#{issuer.JwtKey.Id}", jwtSigner);

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
            Encoding.UTF8.GetString(document),
            jwt);
    }
}
