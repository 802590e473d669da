using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>The checks of a document's proofs, one after the other. A check that makes the next ones pointless ends its proof.</summary>
internal sealed class ProofVerification(JsonElement document, IVerificationMethodResolver resolver, VerificationOptions options)
{
    private readonly List<Check> checks = [];
    private readonly HashSet<string> signers = new(StringComparer.Ordinal);
    private string suffix = "";

    public async Task<VerificationReport> RunAsync(CancellationToken cancellation)
    {
        var proofs = SecuredDocument.Proofs(document);
        if (proofs.Count == 0)
            Fail("proof-format", "The document has no proof.", "Ask the issuer for the signed document.");
        for (var i = 0; i < proofs.Count; i++)
        {
            suffix = i == 0 ? "" : $"[{i}]";
            await VerifyAsync(proofs[i], cancellation);
        }
        // In a set of proofs witnesses may sign beside the issuer, not instead of it.
        if (signers.Count > 0 && document.Member("issuer").IdOf() is { } issuer)
            checks.Add(MethodChecks.IssuerKey(issuer, signers));
        return new VerificationReport(checks);
    }

    private async Task VerifyAsync(JsonElement proof, CancellationToken cancellation)
    {
        if (CheckFormat(proof) is not { } suite || ReadProofValue(proof, suite) is not { } signature)
            return;
        CheckPurpose(proof);
        CheckTime(proof);
        if (await ResolveAsync(proof, cancellation) is not { } method)
            return;
        MethodChecks.Add(checks, suffix, method, proof.Text("proofPurpose")!, options.Now);
        CheckSignature(proof, suite, method, signature);
        signers.Add(method.Controller);
    }

    private Cryptosuite? CheckFormat(JsonElement proof)
    {
        const string Name = "proof-format";
        var type = proof.Text("type");
        var suite = Cryptosuite.FindForProof(type, proof.Text("cryptosuite"));
        if (suite is null)
            Fail(Name, $"A proof of type {type} with cryptosuite {proof.Text("cryptosuite")} is not known here.", "Use another verifier, or ask the issuer for a proof of a standard cryptosuite.");
        else if (proof.Text("verificationMethod") is null || proof.Text("proofPurpose") is null)
            Fail(Name, "The proof names no verificationMethod or no proofPurpose.", "Ask the issuer for a complete proof.");
        else if (!suite.SignsMeaning && !StartsWithContextOf(proof))
            Fail(Name, "The document's @context does not start with the one that was signed.", "Somebody changed the meaning of the terms after signing: do not rely on the document.");
        else
        {
            Pass(Name, $"{suite.Name}");
            return suite;
        }
        return null;
    }

    /// <summary>Contexts may be added behind the signed ones, but those must come first and in their order (vc-di-eddsa 3.3.2).</summary>
    private bool StartsWithContextOf(JsonElement proof)
    {
        if (proof.Member("@context") is not { } signed)
            return document.Member("@context") is null;
        var present = document.Member("@context").AsArray().ToList();
        var expected = ((JsonElement?)signed).AsArray().ToList();
        return expected.Count <= present.Count && expected.Zip(present).All(pair => JsonElement.DeepEquals(pair.First, pair.Second));
    }

    private byte[]? ReadProofValue(JsonElement proof, Cryptosuite suite)
    {
        try
        {
            if (proof.Text("proofValue") is { } value && value.StartsWith(suite.DisclosesSelectively ? 'u' : 'z'))
                return Multibase.Decode(value);
        }
        catch (LinkedDataException problem)
        {
            return Fail<byte[]>("proof-format", problem.Message, "The proof was damaged on its way: ask for the document as it was issued.");
        }
        return Fail<byte[]>("proof-format", "The proof has no proofValue in the multibase that its suite prescribes.", "Ask the issuer for a complete proof.");
    }

    private void CheckPurpose(JsonElement proof)
    {
        const string Name = "proof-purpose";
        var purpose = proof.Text("proofPurpose");
        if (purpose != options.ProofPurpose)
            Fail(Name, $"The proof is made for {purpose}, not for {options.ProofPurpose}.", "A proof for another purpose does not vouch for this document.");
        else if (options.Domain is { } domain && !proof.Member("domain").AsArray().Any(named => named.ValueKind == JsonValueKind.String && named.ValueEquals(domain)))
            Fail(Name, $"The proof is not made for the domain {domain}.", "It may be a proof shown elsewhere and replayed here.");
        else if (options.Challenge is { } challenge && proof.Text("challenge") != challenge)
            Fail(Name, "The proof does not answer the challenge.", "It may be a proof shown earlier and replayed here.");
        else
            Pass(Name, $"{purpose}");
    }

    private void CheckTime(JsonElement proof)
    {
        const string Name = "proof-time";
        if (proof.Member("created") is not null && !Timestamp.TryRead(proof.Text("created"), out _)
            || proof.Member("expires") is not null && !Timestamp.TryRead(proof.Text("expires"), out _))
        {
            Fail(Name, "created or expires of the proof is not an xsd:dateTimeStamp.", "Ask the issuer for a complete proof.");
        }
        else if (Timestamp.TryRead(proof.Text("created"), out var created) && created > options.Now + options.ClockSkew)
            Fail(Name, $"The proof says it is made at {Timestamp.Write(created)}, which is still to come.", "Check the clock here; else do not rely on the proof.");
        else if (Timestamp.TryRead(proof.Text("expires"), out var expires) && expires <= options.Now)
            Fail(Name, $"The proof expired at {Timestamp.Write(expires)}.", "Ask the issuer for a new proof.");
        else
            Pass(Name, "within its time");
    }

    private async ValueTask<VerificationMethod?> ResolveAsync(JsonElement proof, CancellationToken cancellation)
    {
        const string Name = "verification-method";
        var id = proof.Text("verificationMethod")!;
        try
        {
            if (await resolver.ResolveAsync(id, cancellation) is { } method)
                return method;
            return Fail<VerificationMethod>(Name, $"The verification method {id} was not found.", "Ask the issuer whether the key is published; retry when its site is reachable.");
        }
        catch (LinkedDataException problem)
        {
            return Fail<VerificationMethod>(Name, $"The verification method {id} could not be read: {problem.Message}", "Ask the issuer to mend the published key.");
        }
    }

    private void CheckSignature(JsonElement proof, Cryptosuite suite, VerificationMethod method, byte[] signature)
    {
        const string Name = "signature";
        const string Advice = "Do not rely on the document: ask the issuer or the holder for the one that was signed.";
        if (!suite.Algorithms.Contains(method.Key.Algorithm))
        {
            Fail(Name, $"{suite.Name} does not use {method.Key.Algorithm} keys.", Advice);
            return;
        }
        try
        {
            var unsecured = SecuredDocument.Unsecured(document, proof);
            if (!suite.SignsMeaning && proof.Member("@context") is { } signedContext)
                unsecured.Set("@context", signedContext);
            var configuration = Members.Of(proof, without: "proofValue");
            var isSigned = suite.DisclosesSelectively
                ? SelectiveDisclosure.Verify(unsecured, configuration, signature, method.Key, options.JsonLd)
                : method.Key.Verify(suite.HashData(unsecured, configuration, method.Key.Algorithm, options.JsonLd), signature);
            if (isSigned)
                Pass(Name, $"made with {method.Id}");
            else
                Fail(Name, "The document is not the one that was signed, or another key signed it.", Advice);
        }
        catch (LinkedDataException problem)
        {
            Fail(Name, problem.Message, Advice);
        }
    }

    private void Pass(string name, string finding) => checks.Add(Check.Pass(name + suffix, finding));

    private void Fail(string name, string finding, string whatToDo) => checks.Add(Check.Fail(name + suffix, finding, whatToDo));

    private T? Fail<T>(string name, string finding, string whatToDo)
        where T : class
    {
        Fail(name, finding, whatToDo);
        return null;
    }
}
