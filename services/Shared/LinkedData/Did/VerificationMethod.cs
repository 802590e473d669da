namespace Pathways.LinkedData;

/// <summary>A public key in a controller document, and what its controller lets it be used for.</summary>
/// <param name="Id">Absolute: <c>did:web:example.edu#z6Mk…</c>.</param>
/// <param name="Controller">Who answers for the key: the id of the controller document, or the origin (https://host) of a bare JWK.</param>
/// <param name="Purposes"><c>assertionMethod</c>, <c>authentication</c> …</param>
public sealed record VerificationMethod(string Id, string Controller, VerificationKey Key, IReadOnlySet<string> Purposes)
{
    public const string AssertionMethod = "assertionMethod";

    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? Revoked { get; init; }
}

/// <summary>
/// Finds a verification method. This library resolves nothing over a network: a service passes in a resolver with its own
/// guards. Null when there is no such method; a <see cref="LinkedDataException"/> says why one could not be read.
/// </summary>
public interface IVerificationMethodResolver
{
    ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default);
}

/// <summary>Asks one resolver after the other.</summary>
public sealed class FirstOfResolvers(params IReadOnlyList<IVerificationMethodResolver> resolvers) : IVerificationMethodResolver
{
    public async ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default)
    {
        foreach (var resolver in resolvers)
        {
            if (await resolver.ResolveAsync(id, cancellation) is { } method)
                return method;
        }
        return null;
    }
}
