using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>A key to be published. A retired key stays resolvable but may no longer sign.</summary>
public sealed record PublishedKey(VerificationKey Key, bool Active = true, DateTimeOffset? Expires = null, DateTimeOffset? Revoked = null);

/// <summary>
/// A DID document (DID Core 1.0, Controlled Identifiers 1.0), written the way verifiers want it: the DID context first, absolute
/// ids, each verification method named by its key. Reading takes other forms too, and answers for the methods it holds.
/// </summary>
public sealed class DidDocument : IVerificationMethodResolver
{
    private static readonly string[] Relationships =
        ["assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation", "keyAgreement"];

    private readonly Dictionary<string, VerificationMethod> methods;

    private DidDocument(string id, Dictionary<string, VerificationMethod> methods) => (Id, this.methods) = (id, methods);

    public string Id { get; }

    public IReadOnlyCollection<VerificationMethod> Methods => methods.Values;

    /// <summary>
    /// The fragment is the key itself: some verifiers take it from there and never fetch the document. RSA keys have no
    /// multibase form; their name is the JWK thumbprint.
    /// </summary>
    public static string MethodId(string did, VerificationKey key) => $"{did}#{key.Multibase ?? key.JwkThumbprint()}";

    public static JsonObject Write(string did, IReadOnlyCollection<PublishedKey> keys)
    {
        var contexts = new JsonArray("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1");
        if (keys.Any(key => key.Key.Multibase is null))
            contexts.Add("https://w3id.org/security/jwk/v1");
        return new JsonObject
        {
            ["@context"] = contexts,
            ["id"] = did,
            ["verificationMethod"] = new JsonArray([.. keys.Select(key => WriteMethod(did, key))]),
            ["assertionMethod"] = new JsonArray([.. keys.Where(key => key.Active).Select(key => (JsonNode)MethodId(did, key.Key))]),
        };
    }

    public static DidDocument Read(JsonObject document)
    {
        using var parsed = StrictJson.Parse(StrictJson.ToUtf8(document));
        return Read(parsed.RootElement);
    }

    public static DidDocument Read(JsonElement document)
    {
        var did = document.Text("id") ?? throw Invalid("The DID document has no id.");
        var found = new Dictionary<string, VerificationMethod>(StringComparer.Ordinal);
        foreach (var entry in document.Member("verificationMethod").AsArray())
            Add(did, entry, [], found);

        foreach (var relationship in Relationships)
        {
            foreach (var entry in document.Member(relationship).AsArray())
            {
                if (entry.ValueKind == JsonValueKind.Object)
                    Add(did, entry, [relationship], found);
                else if (entry.ValueKind == JsonValueKind.String && entry.GetString() is { } id && found.TryGetValue(Absolute(did, id), out var method))
                    found[method.Id] = method with { Purposes = new HashSet<string>(method.Purposes, StringComparer.Ordinal) { relationship } };
            }
        }
        return new DidDocument(did, found);
    }

    public VerificationMethod? Find(string id) => methods.GetValueOrDefault(id);

    public ValueTask<VerificationMethod?> ResolveAsync(string id, CancellationToken cancellation = default) => new(Find(id));

    private static JsonObject WriteMethod(string did, PublishedKey published)
    {
        var key = published.Key;
        var method = new JsonObject
        {
            ["id"] = MethodId(did, key),
            ["type"] = key.Multibase is null ? "JsonWebKey" : "Multikey",
            ["controller"] = did,
        };
        if (key.Multibase is { } multibase)
            method["publicKeyMultibase"] = multibase;
        else
            method["publicKeyJwk"] = key.ToJwk();
        if (published.Expires is { } expires)
            method["expires"] = Timestamp.Write(expires);
        if (published.Revoked is { } revoked)
            method["revoked"] = Timestamp.Write(revoked);
        return method;
    }

    private static void Add(string did, JsonElement entry, HashSet<string> purposes, Dictionary<string, VerificationMethod> methods)
    {
        // A key that another party controls says nothing about this one; verifiers look for it in the other's document.
        if (entry.Text("id") is not { } id || entry.Text("controller") != did || ReadKey(entry) is not { } key)
            return;
        var absolute = Absolute(did, id);
        methods[absolute] = new VerificationMethod(absolute, did, key, purposes)
        {
            Expires = ReadTime(entry, "expires"),
            Revoked = ReadTime(entry, "revoked"),
        };
    }

    /// <summary>Null for key types that this library does not know: a document may hold them beside one that it does.</summary>
    private static VerificationKey? ReadKey(JsonElement entry) => entry.Text("type") switch
    {
        "Multikey" or "Ed25519VerificationKey2020" when entry.Text("publicKeyMultibase") is { } multibase && IsKnown(multibase)
            => VerificationKey.FromMultibase(multibase),
        "JsonWebKey" or "JsonWebKey2020" when entry.Member("publicKeyJwk") is { ValueKind: JsonValueKind.Object } jwk && IsKnown(jwk)
            => VerificationKey.FromJwk(jwk),
        _ => null,
    };

    private static bool IsKnown(string multibase) => multibase.StartsWith("z6Mk", StringComparison.Ordinal)
        || multibase.StartsWith("zDn", StringComparison.Ordinal) || multibase.StartsWith("z82", StringComparison.Ordinal);

    private static bool IsKnown(JsonElement jwk) => (jwk.Text("kty"), jwk.Text("crv")) is ("OKP", "Ed25519") or ("EC", "P-256" or "P-384") or ("RSA", _);

    private static DateTimeOffset? ReadTime(JsonElement entry, string member)
    {
        if (entry.Member(member) is null)
            return null;
        return Timestamp.TryRead(entry.Text(member), out var time)
            ? time
            : throw Invalid($"\"{member}\" of a verification method is not an xsd:dateTimeStamp.");
    }

    private static string Absolute(string did, string id) => id.StartsWith('#') ? did + id : id;

    private static LinkedDataException Invalid(string message) => new("invalid did document", message);
}
