using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LinkedData.JsonLd;

namespace Pathways.LinkedData;

/// <summary>What a new proof says beside its signature.</summary>
/// <param name="Cryptosuite">One of <see cref="Cryptosuites"/>.</param>
/// <param name="VerificationMethod">The absolute id under which others find the public key.</param>
public sealed record ProofOptions(string Cryptosuite, string VerificationMethod, DateTimeOffset Created)
{
    public string ProofPurpose { get; init; } = LinkedData.VerificationMethod.AssertionMethod;

    public DateTimeOffset? Expires { get; init; }

    public string? Id { get; init; }

    /// <summary>Ids of proofs that this one signs over: a proof chain.</summary>
    public IReadOnlyList<string> PreviousProof { get; init; } = [];

    public string? Domain { get; init; }

    public string? Challenge { get; init; }

    /// <summary>Reads the document when its meaning is signed; give one with more contexts where the embedded ones are not enough.</summary>
    public JsonLdProcessor JsonLd { get; init; } = JsonLdProcessor.Safe;
}

/// <summary>Verifiable Credential Data Integrity 1.0: proofs that stand inside the document they secure.</summary>
public static class DataIntegrityProof
{
    /// <summary>The document with one more proof. Its other bytes stay as they are.</summary>
    public static byte[] Add(ReadOnlyMemory<byte> document, ProofOptions options, ISigner signer)
    {
        using var parsed = StrictJson.Parse(document);
        if (parsed.RootElement.ValueKind != JsonValueKind.Object)
            throw new LinkedDataException("not an object", "Only a JSON object can carry a proof.");
        return SecuredDocument.Append(document.Span, parsed.RootElement, Create(parsed.RootElement, options, signer));
    }

    public static JsonObject Add(JsonObject document, ProofOptions options, ISigner signer)
        => StrictJson.ParseObject(Add(StrictJson.ToUtf8(document), options, signer));

    /// <summary>Each proof of the document is checked; all of them have to hold.</summary>
    public static Task<VerificationReport> VerifyAsync(
        JsonObject document, IVerificationMethodResolver resolver, VerificationOptions options, CancellationToken cancellation = default)
        => VerifyAsync(StrictJson.ToUtf8(document), resolver, options, cancellation);

    /// <inheritdoc cref="VerifyAsync(JsonObject, IVerificationMethodResolver, VerificationOptions, CancellationToken)"/>
    public static async Task<VerificationReport> VerifyAsync(
        ReadOnlyMemory<byte> document, IVerificationMethodResolver resolver, VerificationOptions options, CancellationToken cancellation = default)
    {
        try
        {
            using var parsed = StrictJson.Parse(document);
            return await new ProofVerification(parsed.RootElement, resolver, options).RunAsync(cancellation);
        }
        catch (LinkedDataException problem)
        {
            return new VerificationReport([Check.Fail("document", problem.Message, "Ask the sender for the document as it was issued.")]);
        }
    }

    private static JsonObject Create(JsonElement document, ProofOptions options, ISigner signer)
    {
        var suite = Cryptosuite.Find(options.Cryptosuite)
            ?? throw new LinkedDataException("unknown cryptosuite", $"\"{options.Cryptosuite}\" is not a cryptosuite that signs here.");
        var algorithm = signer.PublicKey.Algorithm;
        if (!suite.Algorithms.Contains(algorithm))
            throw new LinkedDataException("wrong key", $"{suite.Name} does not sign with {algorithm} keys.");

        var proof = Configuration(document, suite, options);
        using var configuration = JsonDocument.Parse(StrictJson.ToUtf8(proof));
        var unsecured = SecuredDocument.Unsecured(document, configuration.RootElement);
        var hash = suite.HashData(unsecured, Members.Of(configuration.RootElement, without: "proofValue"), algorithm, options.JsonLd);
        proof["proofValue"] = Multibase.EncodeBase58Btc(signer.Sign(hash));
        return proof;
    }

    private static JsonObject Configuration(JsonElement document, Cryptosuite suite, ProofOptions options)
    {
        var proof = new JsonObject();
        if (!suite.SignsMeaning && document.Member("@context") is { } context)
            proof["@context"] = JsonNode.Parse(context.GetRawText());
        if (options.Id is { } id)
            proof["id"] = id;
        proof["type"] = "DataIntegrityProof";
        proof["cryptosuite"] = suite.Name;
        proof["created"] = Timestamp.Write(options.Created);
        if (options.Expires is { } expires)
            proof["expires"] = Timestamp.Write(expires);
        proof["verificationMethod"] = options.VerificationMethod;
        proof["proofPurpose"] = options.ProofPurpose;
        if (options.Domain is { } domain)
            proof["domain"] = domain;
        if (options.Challenge is { } challenge)
            proof["challenge"] = challenge;
        if (options.PreviousProof is [var only])
            proof["previousProof"] = only;
        else if (options.PreviousProof.Count > 1)
            proof["previousProof"] = new JsonArray([.. options.PreviousProof.Select(previous => (JsonNode)previous)]);
        return proof;
    }
}
