using System.Security.Cryptography;
using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>The members of an object, some of them perhaps left out or replaced: the input of a transformation.</summary>
internal sealed class Members : List<KeyValuePair<string, JsonElement>>
{
    public static Members Of(JsonElement document, string without)
    {
        var members = new Members();
        foreach (var member in document.EnumerateObject())
        {
            if (!member.NameEquals(without))
                members.Add(KeyValuePair.Create(member.Name, member.Value));
        }
        return members;
    }

    public JsonElement? Find(string name)
    {
        var at = FindIndex(member => member.Key == name);
        return at < 0 ? null : this[at].Value;
    }

    public void Set(string name, JsonElement value)
    {
        RemoveAll(member => member.Key == name);
        Add(KeyValuePair.Create(name, value));
    }
}

/// <summary>
/// A Data Integrity cryptosuite: how a document and a proof's configuration become bytes, and which keys may sign them.
/// </summary>
internal sealed record Cryptosuite(string Name, Func<Members, byte[]> Canonicalize, params IReadOnlyList<KeyAlgorithm> Algorithms)
{
    public static Cryptosuite EddsaJcs2022 { get; } = new(Cryptosuites.EddsaJcs2022, Jcs.Canonicalize, KeyAlgorithm.Ed25519);

    public static Cryptosuite EcdsaJcs2019 { get; } = new(Cryptosuites.EcdsaJcs2019, Jcs.Canonicalize, KeyAlgorithm.P256, KeyAlgorithm.P384);

    private static readonly Cryptosuite[] All = [EddsaJcs2022, EcdsaJcs2019];

    /// <summary>The JCS suites sign the context as text; the RDFC suites sign what it means.</summary>
    public bool KeepsContextInProof => Name.Contains("-jcs-", StringComparison.Ordinal);

    public static Cryptosuite? Find(string? name) => Array.Find(All, suite => suite.Name == name);

    /// <summary>Hashing: the hash of the canonical proof configuration, then that of the canonical document.</summary>
    public byte[] HashData(Members document, Members proofConfiguration, KeyAlgorithm algorithm)
    {
        var canonicalConfiguration = Canonicalize(proofConfiguration);
        var canonicalDocument = Canonicalize(document);
        return algorithm == KeyAlgorithm.P384
            ? [.. SHA384.HashData(canonicalConfiguration), .. SHA384.HashData(canonicalDocument)]
            : [.. SHA256.HashData(canonicalConfiguration), .. SHA256.HashData(canonicalDocument)];
    }
}

/// <summary>Names of the cryptosuites, as they stand in a proof.</summary>
public static class Cryptosuites
{
    public const string EddsaJcs2022 = "eddsa-jcs-2022";
    public const string EcdsaJcs2019 = "ecdsa-jcs-2019";
}
