using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.LinkedData.JsonLd;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

/// <summary>Every intermediate value of the vectors in the specifications vc-di-eddsa and vc-di-ecdsa.</summary>
public class ProofVectorTests
{
    /// <summary>Some vectors use a context that no product needs.</summary>
    private static readonly JsonLdProcessor WithCitizenship = new(new JsonLdOptions
    {
        Contexts = new AdditionalContexts(
            EmbeddedContexts.Instance,
            ("https://w3id.org/citizenship/v4rc1", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "LinkedData", "citizenship-v4rc1.json")))),
    });

    private static readonly VerificationOptions Options = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)) { JsonLd = WithCitizenship };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("vc-di-eddsa", "eddsa-rdfc-2022")]
    [InlineData("vc-di-eddsa", "eddsa-rdfc-2022/employ")]
    [InlineData("vc-di-eddsa", "eddsa-jcs-2022")]
    [InlineData("vc-di-eddsa", "Ed25519Signature2020")]
    [InlineData("vc-di-ecdsa", "ecdsa-rdfc-2019-p256")]
    [InlineData("vc-di-ecdsa", "ecdsa-rdfc-2019-p256/employ")]
    [InlineData("vc-di-ecdsa", "ecdsa-rdfc-2019-p384")]
    [InlineData("vc-di-ecdsa", "ecdsa-rdfc-2019-p384/employ")]
    [InlineData("vc-di-ecdsa", "ecdsa-jcs-2019-p256")]
    [InlineData("vc-di-ecdsa", "ecdsa-jcs-2019-p384")]
    public async Task Agrees_with_every_intermediate_value(string specification, string vectors)
    {
        var folder = Path.Combine(PublishedData.Require(specification), "TestVectors", vectors);
        using var signed = JsonDocument.Parse(Read(folder, "signed"));
        var proof = signed.RootElement.GetProperty("proof");
        var suite = Cryptosuite.FindForProof(proof.Text("type"), proof.Text("cryptosuite"))!;
        var method = await DidKey.Resolver.ResolveAsync(proof.Text("verificationMethod")!, Cancel);
        var hash = method!.Key.Algorithm == KeyAlgorithm.P384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

        var document = Members.Of(signed.RootElement, without: "proof");
        var configuration = Members.Of(proof, without: "proofValue");
        if (suite.SignsMeaning)
            configuration.Set("@context", document.Find("@context")!.Value);
        var canonicalDocument = suite.Canonicalize(document, hash, WithCitizenship);
        var canonicalProof = suite.Canonicalize(configuration, hash, WithCitizenship);
        var combined = suite.HashData(document, configuration, method.Key.Algorithm, WithCitizenship);
        var signature = Multibase.Decode(proof.Text("proofValue")!);

        Assert.Equal(Read(folder, "canonDoc"), Encoding.UTF8.GetString(canonicalDocument).Trim());
        Assert.Equal(Read(folder, "proofCanon"), Encoding.UTF8.GetString(canonicalProof).Trim());
        Assert.Equal(Read(folder, "docHash"), Hex(CryptographicOperations.HashData(hash, canonicalDocument)));
        Assert.Equal(Read(folder, "proofHash"), Hex(CryptographicOperations.HashData(hash, canonicalProof)));
        Assert.Equal(Read(folder, "combinedHash"), Hex(combined));
        Assert.Equal(Read(folder, "sigHex"), Hex(signature));
        Assert.Equal(Read(folder, "sigBTC58"), Multibase.EncodeBase58Btc(signature));
        Assert.True(method.Key.Verify(combined, signature));

        var report = await DataIntegrityProof.VerifyAsync(Encoding.UTF8.GetBytes(signed.RootElement.GetRawText()), DidKey.Resolver, Options, Cancel);
        Assert.DoesNotContain(report.Failures, failure => failure.Name != "issuer-key");
    }

    [Theory]
    [InlineData("signedProofSet1.json", 1)]
    [InlineData("signedProofSet2.json", 2)]
    [InlineData("signedProofChain1.json", 3)]
    [InlineData("signedProofChain2.json", 4)]
    public async Task Verifies_the_proof_sets_and_chains(string file, int proofs)
    {
        var path = Path.Combine(PublishedData.Require("vc-di-eddsa"), "TestVectors", "proof-set-chain", file);
        var report = await DataIntegrityProof.VerifyAsync(await File.ReadAllBytesAsync(path, Cancel), DidKey.Resolver, Options, Cancel);
        Assert.Equal(proofs, report.Checks.Count(check => check.Name.StartsWith("signature", StringComparison.Ordinal)));
        Assert.DoesNotContain(report.Failures, failure => failure.Name != "issuer-key");
    }

    [Theory]
    [InlineData("prc")]
    [InlineData("employ")]
    public async Task Verifies_what_a_holder_discloses_and_nothing_else(string vectors)
    {
        var folder = Path.Combine(PublishedData.Require("vc-di-ecdsa"), "TestVectors", "ecdsa-sd-2023", vectors);
        var disclosed = JsonNode.Parse(Read(folder, "derivedRevealDocument"))!.AsObject();
        var report = await DataIntegrityProof.VerifyAsync(disclosed, DidKey.Resolver, Options, Cancel);
        Assert.DoesNotContain(report.Failures, failure => failure.Name != "issuer-key");

        (string Check, Action<JsonObject> Change)[] changes =
        [
            ("signature", document => document["validFrom"] = "2023-01-01T00:00:00Z"),
            ("signature", document => document.Remove("validFrom")),
            ("signature", document => document["credentialSubject"]!["id"] = "did:example:mallory"),
            ("signature", document => document["proof"]!["created"] = "2023-08-15T23:36:39Z"),
            ("signature", document => document["proof"]!["proofValue"] = (string)document["proof"]!["proofValue"]! + "AAAA"),
            ("signature", document => document["proof"]!["proofValue"] = "u2V0BhVhA"),
            ("signature", document => document["proof"]!["proofValue"] = (string)JsonNode.Parse(Read(folder, "addSignedSDBase"))!["proof"]!["proofValue"]!),
            ("proof-format", document => document["proof"]!["proofValue"] = "z2V2"),
        ];
        foreach (var (check, change) in changes)
        {
            var changed = disclosed.DeepClone().AsObject();
            change(changed);
            Assert.Contains(check, (await DataIntegrityProof.VerifyAsync(changed, DidKey.Resolver, Options, Cancel)).Failures.Select(failure => failure.Name));
        }
    }

    [Fact]
    public void Signing_again_gives_the_signature_of_the_vector()
    {
        var folder = Path.Combine(PublishedData.Require("vc-di-eddsa"), "TestVectors");
        using var keys = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "keyPair.json")));
        using var key = SigningKey.FromSecretMultibase(keys.RootElement.Text("privateKeyMultibase")!, keys.RootElement.Text("publicKeyMultibase")!);
        var multibase = key.PublicKey.Multibase;
        var signed = DataIntegrityProof.Add(
            File.ReadAllBytes(Path.Combine(folder, "unsigned.json")),
            new ProofOptions(Cryptosuites.EddsaRdfc2022, $"did:key:{multibase}#{multibase}", new DateTimeOffset(2023, 2, 24, 23, 36, 38, TimeSpan.Zero)),
            key);
        using var document = JsonDocument.Parse(signed);
        Assert.Equal(Read(Path.Combine(folder, "eddsa-rdfc-2022"), "sigBTC58"), document.RootElement.GetProperty("proof").Text("proofValue"));
    }

    private static string Read(string folder, string prefix) => File.ReadAllText(Directory.GetFiles(folder, prefix + "*").Single()).Trim();

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
