using System.Collections.Frozen;
using System.Text.Json;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Verifying;

/// <summary>
/// Keys of other issuers: <c>did:web</c>, a key that has an address of its own (a bare JWK, as Open Badges 3.0 wants it for tokens),
/// or one in an issuer's profile.
/// </summary>
internal sealed class ForeignKeys(IDocumentSource documents) : IVerificationMethodResolver
{
    private static readonly FrozenSet<string> MayAssert = new[] { VerificationMethod.AssertionMethod }.ToFrozenSet(StringComparer.Ordinal);

    public async ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default)
    {
        if (id.StartsWith("did:web:", StringComparison.Ordinal))
        {
            string did = id.Split('#')[0];
            using var document = await FetchAsync(DidWeb.DocumentUrl(did).ToString(), cancellation);
            var found = DidDocument.Read(document.RootElement);
            return found.Id == did
                ? found.Find(id)
                : throw new LinkedDataException("invalid did document", $"Where {did} should be described stands {found.Id}.");
        }

        return id.StartsWith("https://", StringComparison.Ordinal) ? await ResolveAddressAsync(id, cancellation) : null;
    }

    private async Task<VerificationMethod?> ResolveAddressAsync(string id, CancellationToken cancellation)
    {
        using var document = await FetchAsync(id.Split('#')[0], cancellation);
        var root = document.RootElement;
        if (root.TryGetProperty("kty", out _))
            return new VerificationMethod(id, new Uri(id).GetLeftPart(UriPartial.Authority), VerificationKey.FromJwk(root), MayAssert);
        if (!root.TryGetProperty("controller", out var controller) || controller.ValueKind != JsonValueKind.String || id.Contains('#'))
            return DidDocument.Read(root).Find(id);

        // A verification method that stands alone: its controller has to own up to it.
        string owner = controller.GetString()!;
        string address = owner.StartsWith("did:web:", StringComparison.Ordinal) ? DidWeb.DocumentUrl(owner).ToString() : owner;
        using var profile = await FetchAsync(address, cancellation);
        return DidDocument.Read(profile.RootElement).Find(id);
    }

    private async Task<JsonDocument> FetchAsync(string url, CancellationToken cancellation)
        => StrictJson.Parse(await documents.FetchAsync(url, cancellation) ?? throw new LinkedDataException("not fetched", $"{url} could not be fetched."));
}
