namespace Pathways.LinkedData;

/// <summary>did:key: the identifier is the key. Nothing is fetched, and nothing can be rotated or revoked.</summary>
public sealed class DidKey : IVerificationMethodResolver
{
    private const string Prefix = "did:key:";

    private static readonly HashSet<string> AllSigningPurposes =
        new(["assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"], StringComparer.Ordinal);

    public static IVerificationMethodResolver Resolver { get; } = new DidKey();

    private DidKey()
    {
    }

    public static string FromKey(VerificationKey key)
        => Prefix + (key.Multibase ?? throw new LinkedDataException("invalid did", "An RSA key has no did:key."));

    public ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal))
            return new((VerificationMethod?)null);
        var did = DidWeb.WithoutFragment(id);
        var multibase = did[Prefix.Length..];
        if (id.Length > did.Length && id[(did.Length + 1)..] != multibase)
            return new((VerificationMethod?)null);
        var key = VerificationKey.FromMultibase(multibase);
        return new(new VerificationMethod($"{did}#{multibase}", did, key, AllSigningPurposes));
    }
}
