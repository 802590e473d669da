using Pathways.TransferRecognition.Agreements;
using Pathways.TransferRecognition.Domain.Recognising;
using Pathways.TransferRecognition.KnownCredentials;

namespace Pathways.TransferRecognition.Recognising;

/// <summary>What a decision of the receiving institution rests on, as that institution may see it.</summary>
public sealed class CircumstancesReader(AgreementBook agreements, KnownCredentialBook credentials)
{
    public async Task<Circumstances> ReadAsync(string tenant, string sendingInstitution, string credentialId, CancellationToken cancellation)
        => new(
            await credentials.FindAsync(tenant, sendingInstitution, credentialId, cancellation),
            await agreements.BetweenAsync(tenant, sendingInstitution, cancellation),
            Json.CanonicalHash);
}
