using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

/// <summary>Ours by theirs, theirs by ours, and what neither may take.</summary>
public class InteropTests
{
    private const string Did = "did:web:example.edu";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly (string Suite, KeyAlgorithm Algorithm)[] Suites =
    [
        (Cryptosuites.EddsaRdfc2022, KeyAlgorithm.Ed25519),
        (Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519),
        (Cryptosuites.EcdsaRdfc2019, KeyAlgorithm.P256),
        (Cryptosuites.EcdsaRdfc2019, KeyAlgorithm.P384),
        (Cryptosuites.EcdsaJcs2019, KeyAlgorithm.P256),
        (Cryptosuites.EcdsaJcs2019, KeyAlgorithm.P384),
    ];

    [Fact]
    public async Task What_we_sign_verifies_with_digital_bazaar_and_tampering_is_caught_by_both()
    {
        // All in one question: starting Node costs more than answering it.
        var requests = new List<JsonObject>();
        var expected = new List<(string What, bool Verified)>();
        foreach (var (suite, algorithm) in Suites)
        {
            using var key = SigningKey.Generate(algorithm);
            var didDocument = DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]);
            var signed = DataIntegrityProof.Add(Credential(), new ProofOptions(suite, DidDocument.MethodId(Did, key.PublicKey), Now), key);
            foreach (var (name, change) in Tamperings.Prepend(("nothing changed", _ => { })))
            {
                var document = Tampered(signed, change);
                var verified = name == "nothing changed";
                var ours = await DataIntegrityProof.VerifyAsync(document, DidDocument.Read(didDocument), new VerificationOptions(Now), Cancel);
                Assert.True(ours.Verified == verified, $"{suite} {algorithm}, {name}: {ours}");
                requests.Add(Request(suite, document, didDocument));
                expected.Add(($"{suite} {algorithm}, {name}", verified));
            }
        }
        var verdicts = await Interop.AskAsync([.. requests]);
        Assert.All(verdicts.Zip(expected), pair => Assert.True(pair.First.Verified == pair.Second.Verified, $"{pair.Second.What}: {pair.First}"));
    }

    [Fact]
    public async Task What_digital_bazaar_signs_verifies_with_us()
    {
        var keys = Suites.Select(suite => SigningKey.Generate(suite.Algorithm)).ToList();
        var didDocument = DidDocument.Write(Did, [.. keys.Select(key => new PublishedKey(key.PublicKey))]);
        var answers = await Interop.AskAsync([.. Suites.Zip(keys, (suite, key) => new JsonObject
        {
            ["kind"] = "sign",
            ["cryptosuite"] = suite.Suite,
            ["document"] = Credential(),
            ["key"] = new JsonObject
            {
                ["id"] = DidDocument.MethodId(Did, key.PublicKey),
                ["type"] = "Multikey",
                ["controller"] = Did,
                ["publicKeyMultibase"] = key.PublicKey.Multibase,
                ["secretKeyMultibase"] = SecretMultibase(key),
            },
            ["didDocument"] = didDocument.DeepClone(),
        })]);
        foreach (var answer in answers)
        {
            Assert.True(answer.Verified, answer.ToString());
            var report = await DataIntegrityProof.VerifyAsync(
                answer.Answer["document"]!.AsObject(), DidDocument.Read(didDocument), new VerificationOptions(Now.AddYears(50)), Cancel);
            Assert.True(report.Verified, report.ToString());
        }
        keys.ForEach(key => key.Dispose());
    }

    [Fact]
    public async Task Our_tokens_verify_with_jose_and_changed_ones_do_not()
    {
        var requests = new List<JsonObject>();
        foreach (var algorithm in new[] { KeyAlgorithm.Rsa, KeyAlgorithm.P256, KeyAlgorithm.Ed25519 })
        {
            using var key = SigningKey.Generate(algorithm);
            var didDocument = DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]);
            var token = VcJwt.Sign(Credential(), DidDocument.MethodId(Did, key.PublicKey), key);
            var parts = token.Split('.');
            requests.Add(TokenRequest(token, didDocument));
            requests.Add(TokenRequest($"{parts[0]}.{parts[1][..^8]}AAAAAAAA.{parts[2]}", didDocument));
        }
        var verdicts = await Interop.AskAsync([.. requests]);
        for (var i = 0; i < verdicts.Count; i++)
            Assert.True(verdicts[i].Verified == (i % 2 == 0), verdicts[i].ToString());
        Assert.Equal("did:example:learner", (string)verdicts[0].Answer["payload"]!["sub"]!);
    }

    [Fact]
    public async Task A_token_of_jose_verifies_with_us()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = SigningKey.FromPkcs8(ec.ExportPkcs8PrivateKey());
        var payload = Credential();
        payload["iss"] = Did;
        payload["nbf"] = 1767225600;
        var privateJwk = key.PublicKey.ToJwk();
        privateJwk["d"] = Base64Url.EncodeToString(ec.ExportParameters(includePrivateParameters: true).D);
        var answer = (await Interop.AskAsync(new JsonObject
        {
            ["kind"] = "sign-jwt",
            ["document"] = payload,
            ["algorithm"] = "ES256",
            ["keyId"] = DidDocument.MethodId(Did, key.PublicKey),
            ["privateJwk"] = privateJwk,
        }))[0];

        var resolver = DidDocument.Read(DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]));
        var verification = await VcJwt.VerifyAsync((string)answer.Answer["document"]!, resolver, new VerificationOptions(Now), Cancel);
        Assert.True(verification.Report.Verified, verification.Report.ToString());
    }

    [Fact]
    public async Task A_record_its_parts_and_a_status_list_verify_with_digital_bazaar_and_pass_the_published_schemas()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var didDocument = DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]);
        var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, DidDocument.MethodId(Did, key.PublicKey), Now);
        var badge = Credential();
        badge["credentialStatus"] = StatusListCredential.WriteEntry("https://example.edu/status/1", 4711);
        var signedBadge = DataIntegrityProof.Add(badge, options, key);
        var record = DataIntegrityProof.Add(Record(signedBadge), options, key);
        var bits = StatusList.Create();
        bits[4711] = true;
        // They judge the list by the clock on the wall, not by the time of the question.
        var list = DataIntegrityProof.Add(
            StatusListCredential.Write("https://example.edu/status/1", Did, StatusPurpose.Revocation, bits, Now.AddDays(-1), Now.AddYears(50)), options, key);

        var verdicts = await Interop.AskAsync(Request("credential", record, didDocument), Request("credential", signedBadge, didDocument), Request("credential", list, didDocument));
        Assert.All(verdicts, verdict => Assert.True(verdict.Verified, verdict.ToString()));

        var withStatus = Request("credential", signedBadge, didDocument);
        withStatus["checkStatusList"] = true;
        withStatus["documents"] = new JsonObject { ["https://example.edu/status/1"] = list.DeepClone() };
        var status = (await Interop.AskAsync(withStatus))[0];
        // Their verdict stays "verified" for a revoked credential; the bit is in the result of the status.
        Assert.True((bool)status.Answer["statuses"]![0]!["status"]!, status.ToString());

        var schemas = PublishedData.Require("vc-verify-schemas");
        var shapes = await Interop.AskAsync(
            SchemaRequest(record, Path.Combine(schemas, "clr_v2p0_clrcredential_schema.json")),
            SchemaRequest(signedBadge, Path.Combine(schemas, "ob_v3p0_achievementcredential_schema.json")));
        Assert.All(shapes, shape => Assert.True(shape.Verified, shape.ToString()));
    }

    private static JsonObject SchemaRequest(JsonObject document, string schema) => new()
    {
        ["kind"] = "schema",
        ["document"] = document.DeepClone(),
        ["schema"] = JsonNode.Parse(File.ReadAllText(schema)),
    };

    private static JsonObject Record(JsonObject badge) => new()
    {
        ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"),
        ["id"] = "urn:uuid:3ff1d3b2-3d0d-4c6c-9c57-6b3b2a1f0002",
        ["type"] = new JsonArray("VerifiableCredential", "ClrCredential"),
        ["name"] = "Stack",
        ["issuer"] = new JsonObject { ["id"] = Did, ["type"] = new JsonArray("Profile"), ["name"] = "Example University" },
        ["validFrom"] = "2026-01-01T00:00:00Z",
        ["credentialSubject"] = new JsonObject
        {
            ["id"] = "did:example:learner",
            ["type"] = new JsonArray("ClrSubject"),
            ["verifiableCredential"] = new JsonArray(badge.DeepClone()),
            ["association"] = new JsonArray(new JsonObject
            {
                ["type"] = "Association", // The schema wants text here, not a list.
                ["associationType"] = "isPartOf",
                ["sourceId"] = "https://example.edu/achievements/1/v/2",
                ["targetId"] = "https://example.edu/achievements/9/v/1",
            }),
        },
    };

    private static readonly (string Name, Action<JsonObject> Change)[] Tamperings =
    [
        ("another name", document => document["name"] = "Another name"),
        ("another subject", document => document["credentialSubject"]!["id"] = "did:example:mallory"),
        ("another issuer", document => document["issuer"]!["id"] = "did:web:mallory.example"),
        ("a longer life", document => document["validUntil"] = "2099-01-01T00:00:00Z"),
        ("another date of the proof", document => document["proof"]!["created"] = "2026-04-01T00:00:00Z"),
        ("another purpose", document => document["proof"]!["proofPurpose"] = "authentication"),
        ("a swapped context", document => document["@context"]![1] = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"),
        ("no achievement name", document => document["credentialSubject"]!["achievement"]!.AsObject().Remove("name")),
        ("another key", document => document["proof"]!["verificationMethod"] = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        ("another signature", document => document["proof"]!["proofValue"] = "z" + new string('2', 87)),
    ];

    private static JsonObject Tampered(JsonObject signed, Action<JsonObject> change)
    {
        var document = signed.DeepClone().AsObject();
        change(document);
        return document;
    }

    private static JsonObject Request(string kind, JsonObject document, JsonObject didDocument) => new()
    {
        ["kind"] = kind,
        ["document"] = document.DeepClone(),
        ["didDocument"] = didDocument.DeepClone(),
        ["now"] = Timestamp.Write(Now),
    };

    private static JsonObject TokenRequest(string token, JsonObject didDocument) => new()
    {
        ["kind"] = "jwt",
        ["document"] = token,
        ["didDocument"] = didDocument.DeepClone(),
        ["now"] = Timestamp.Write(Now),
    };

    /// <summary>The form in which JavaScript libraries take a private key: the multicodec of the secret and its bytes.</summary>
    private static string SecretMultibase(SigningKey key)
    {
        if (key.Algorithm == KeyAlgorithm.Ed25519)
            return Multibase.EncodeBase58Btc([0x80, 0x26, .. key.ExportPkcs8()[^32..]]);
        using var ec = ECDsa.Create();
        ec.ImportPkcs8PrivateKey(key.ExportPkcs8(), out _);
        byte[] prefix = key.Algorithm == KeyAlgorithm.P256 ? [0x86, 0x26] : [0x87, 0x26];
        return Multibase.EncodeBase58Btc([.. prefix, .. ec.ExportParameters(includePrivateParameters: true).D!]);
    }

    private static JsonObject Credential() => JsonNode.Parse($$"""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
          "id": "urn:uuid:3ff1d3b2-3d0d-4c6c-9c57-6b3b2a1f0001",
          "type": ["VerifiableCredential", "OpenBadgeCredential"],
          "name": "Data stewardship",
          "issuer": { "id": "{{Did}}", "type": ["Profile"], "name": "Example University" },
          "validFrom": "2026-01-01T00:00:00Z",
          "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
              "id": "https://example.edu/achievements/1/v/2",
              "type": ["Achievement"],
              "name": "Data stewardship",
              "description": "Keeps data findable and honest.",
              "criteria": { "narrative": "Pass the examination." }
            }
          }
        }
        """)!.AsObject();
}
