using System.Collections.Frozen;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Verifying;

/// <summary>Finds the keys of the issuers that live here, by DID URL or by the key's own address. Nothing is fetched.</summary>
public sealed class OwnKeys(IEventStore store, Addresses addresses) : IVerificationMethodResolver
{
    private static readonly FrozenSet<string> MayAssert = new[] { VerificationMethod.AssertionMethod }.ToFrozenSet(StringComparer.Ordinal);

    public async ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default)
    {
        if (addresses.ParseKey(id) is not { } own) return null;
        var issuer = (await store.LoadAsync(own.Tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        return issuer.Keys.FirstOrDefault(held => held.Key.Id == own.KeyId) is { } found
            ? new VerificationMethod(id, issuer.Did, IssuerKeys.PublicKeyOf(found.Key), found.RevokedAt is null ? MayAssert : [])
            {
                Revoked = found.RevokedAt,
            }
            : null;
    }
}
