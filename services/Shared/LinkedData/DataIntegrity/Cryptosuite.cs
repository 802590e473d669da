using System.Security.Cryptography;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;

namespace Pathways.LinkedData;

/// <summary>Names of the cryptosuites, as they stand in a proof.</summary>
public static class Cryptosuites
{
    public const string EddsaRdfc2022 = "eddsa-rdfc-2022";
    public const string EddsaJcs2022 = "eddsa-jcs-2022";
    public const string EcdsaRdfc2019 = "ecdsa-rdfc-2019";
    public const string EcdsaJcs2019 = "ecdsa-jcs-2019";

    /// <summary>Derived proofs of it are verified; none are made here.</summary>
    public const string EcdsaSd2023 = "ecdsa-sd-2023";
}

/// <summary>
/// A Data Integrity cryptosuite: how a document and a proof's configuration become bytes, and which keys may sign them.
/// </summary>
internal sealed record Cryptosuite(string Name, bool SignsMeaning, params IReadOnlyList<KeyAlgorithm> Algorithms)
{
    /// <summary>Before DataIntegrityProof, a suite was a proof type of its own. Only verified, never made.</summary>
    private static readonly Cryptosuite Ed25519Signature2020 = new("Ed25519Signature2020", SignsMeaning: true, KeyAlgorithm.Ed25519);

    private static readonly Cryptosuite EcdsaSd2023 = new(Cryptosuites.EcdsaSd2023, SignsMeaning: true, KeyAlgorithm.P256);

    private static readonly Cryptosuite[] Signing =
    [
        new(Cryptosuites.EddsaRdfc2022, SignsMeaning: true, KeyAlgorithm.Ed25519),
        new(Cryptosuites.EddsaJcs2022, SignsMeaning: false, KeyAlgorithm.Ed25519),
        new(Cryptosuites.EcdsaRdfc2019, SignsMeaning: true, KeyAlgorithm.P256, KeyAlgorithm.P384),
        new(Cryptosuites.EcdsaJcs2019, SignsMeaning: false, KeyAlgorithm.P256, KeyAlgorithm.P384),
    ];

    /// <summary>A suite to sign with.</summary>
    public static Cryptosuite? Find(string? name) => Array.Find(Signing, suite => suite.Name == name);

    /// <summary>The suite that a proof was made with.</summary>
    public static Cryptosuite? FindForProof(string? type, string? name) => (type, name) switch
    {
        ("Ed25519Signature2020", _) => Ed25519Signature2020,
        ("DataIntegrityProof", Cryptosuites.EcdsaSd2023) => EcdsaSd2023,
        ("DataIntegrityProof", _) => Find(name),
        _ => null,
    };

    /// <summary>Signs statement by statement, so that a holder can show some of them only.</summary>
    public bool DisclosesSelectively => Name == Cryptosuites.EcdsaSd2023;

    /// <summary>Hashing: the hash of the canonical proof configuration, then that of the canonical document.</summary>
    public byte[] HashData(Members document, Members proofConfiguration, KeyAlgorithm algorithm, JsonLdProcessor jsonLd)
    {
        // The suites that sign the meaning read the proof's terms as the document has them (vc-di-eddsa 3.2.5).
        if (SignsMeaning && document.Find("@context") is { } context)
            proofConfiguration.Set("@context", context);
        var hash = algorithm == KeyAlgorithm.P384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return [
            .. CryptographicOperations.HashData(hash, Canonicalize(proofConfiguration, hash, jsonLd)),
            .. CryptographicOperations.HashData(hash, Canonicalize(document, hash, jsonLd)),
        ];
    }

    /// <summary>Transformation: JCS signs the text, RDFC-1.0 what it means.</summary>
    public byte[] Canonicalize(Members members, HashAlgorithmName hash, JsonLdProcessor jsonLd)
        => SignsMeaning
            ? RdfCanonicalization.Canonicalize(members.ToRdf(jsonLd), hash).NQuads
            : Jcs.Canonicalize(members);
}
