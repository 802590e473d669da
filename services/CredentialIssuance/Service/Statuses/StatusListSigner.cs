using System.Text;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Signing;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>A list as it is published.</summary>
/// <param name="KeyId">The key that signed it.</param>
public sealed record SignedStatusList(string Document, string KeyId, DateTimeOffset ValidUntil);

/// <summary>Signs status lists, always with <c>eddsa-rdfc-2022</c>: every verifier of Open Badges 3.0 takes that.</summary>
public sealed class StatusListSigner(IssuerKeys keys, Addresses addresses, TimeProvider clock)
{
    /// <summary>How long a reader may keep a list: so long a revocation may go unseen.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Validity = TimeSpan.FromDays(1);

    public async Task<SignedStatusList> SignAsync(
        string tenant, Issuer issuer, string purpose, int list, StatusList bits, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var until = now + Validity;
        var unsigned = StatusListCredential.Write(addresses.StatusList(tenant, purpose, list), issuer.Did, purpose, bits, now, until, TimeToLive);
        byte[] document = DataIntegrityProof.Add(
            StrictJson.ToUtf8(unsigned),
            new ProofOptions(Cryptosuites.EddsaRdfc2022, $"{issuer.Did}#{issuer.ProofKey.Id}", now),
            await keys.SignerAsync(tenant, issuer.ProofKey, cancellation));
        return new SignedStatusList(Encoding.UTF8.GetString(document), issuer.ProofKey.Id, until);
    }
}
