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
        string document = id.Split('#')[0];
        if (id.StartsWith("did:web:", StringComparison.Ordinal)) return await FindAsync(id, document, cancellation);
        return id.StartsWith("https://", StringComparison.Ordinal) ? await ResolveAddressAsync(id, document, cancellation) : null;
    }

    private async Task<VerificationMethod?> ResolveAddressAsync(string id, string address, CancellationToken cancellation)
    {
        if (address != id) return await FindAsync(id, address, cancellation);
        using var document = await FetchAsync(address, cancellation);
        var root = document.RootElement;
        if (root.TryGetProperty("kty", out _))
            return new VerificationMethod(id, new Uri(id).GetLeftPart(UriPartial.Authority), VerificationKey.FromJwk(root), MayAssert);

        // A verification method that stands alone: its controller has to own up to it.
        return root.TryGetProperty("controller", out var controller) && controller.ValueKind == JsonValueKind.String
            ? await FindAsync(id, controller.GetString()!, cancellation)
            : null;
    }

    /// <summary>The method in its controller's document, which has to stand where the controller lives: anybody can write anybody's name.</summary>
    private async Task<VerificationMethod?> FindAsync(string id, string controller, CancellationToken cancellation)
    {
        string address = controller.StartsWith("did:web:", StringComparison.Ordinal) ? DidWeb.DocumentUrl(controller).ToString() : controller;
        using var document = await FetchAsync(address, cancellation);
        var found = DidDocument.Read(document.RootElement);
        return found.Id == controller
            ? found.Find(id)
            : throw new LinkedDataException("invalid did document", $"Where {controller} should be described stands {found.Id}.");
    }

    private async Task<JsonDocument> FetchAsync(string url, CancellationToken cancellation)
        => StrictJson.Parse(await documents.FetchAsync(url, cancellation) ?? throw new LinkedDataException("not fetched", $"{url} could not be fetched."));
}
