using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>Credentials of anybody, in the forms they come in: their keys and lists are fetched through the guard.</summary>
public sealed class ForeignCredentialTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private const string Home = "https://university.example";
    private const string Did = "did:web:university.example:issuers:7";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public static TheoryData<string> Suites => ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task What_the_libraries_of_others_sign_verifies(string suite)
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        string did = DidKey.FromKey(key.PublicKey);
        var badge = Badge(did);
        if (suite == "Ed25519Signature2020") badge["@context"]!.AsArray().Add("https://w3id.org/security/suites/ed25519-2020/v1");
        var signed = await Interop.AskAsync(new JsonObject
        {
            ["kind"] = "sign", ["cryptosuite"] = suite, ["document"] = badge, ["key"] = SecretOf(key, did, suite),
        });
        Assert.True(signed[0].Verified, signed[0].ToString());

        await AssertVerifiesAsync(StrictJson.ToUtf8(signed[0].Answer["document"]!.AsObject()));
    }

    [Fact]
    public async Task A_did_web_and_its_status_list_are_fetched_and_believed()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        issuance.Sites.Put($"{Home}/issuers/7/did.json", DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]));
        var list = StatusList.Create();
        var badge = Badge(Did);
        badge["credentialStatus"] = StatusListCredential.WriteEntry($"{Home}/status/1", 4711);
        byte[] signed = Sign(badge, Did, key);
        PutList(list, key);
        await AssertVerifiesAsync(signed);

        list[4711] = true;
        PutList(list, key);
        await AssertRefusedAsync(signed, "status-revocation");

        issuance.Sites.Put($"{Home}/issuers/7/did.json", DidDocument.Write(Did, [new PublishedKey(key.PublicKey, Active: false, Revoked: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))]));
        await AssertRefusedAsync(signed, "verification-method");
    }

    [Fact]
    public async Task A_token_whose_key_has_an_address_verifies_when_the_issuer_lives_there()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Rsa);
        issuance.Sites.Put($"{Home}/keys/1", key.PublicKey.ToJwk());
        issuance.Sites.Put("https://elsewhere.example/keys/1", key.PublicKey.ToJwk());

        await AssertVerifiesAsync(Encoding.UTF8.GetBytes(VcJwt.Sign(Badge($"{Home}/issuers/7"), $"{Home}/keys/1", key)));
        await AssertRefusedAsync(Encoding.UTF8.GetBytes(VcJwt.Sign(Badge($"{Home}/issuers/7"), "https://elsewhere.example/keys/1", key)), "issuer-key");
    }

    [Fact]
    public async Task A_credential_of_the_data_model_1_1_verifies()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        string did = DidKey.FromKey(key.PublicKey);
        var credential = JsonNode.Parse($$"""
            { "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
              "id": "urn:uuid:0f1c7a0e-4f0b-4a52-9d3e-6f1f6b7f3a11", "type": ["VerifiableCredential"],
              "issuer": "{{did}}", "issuanceDate": "2020-01-01T00:00:00Z", "credentialSubject": { "id": "urn:learner:1" } }
            """)!.AsObject();

        await AssertVerifiesAsync(Sign(credential, did, key));
    }

    [Fact]
    public async Task A_hosted_open_badge_2_verifies_until_it_is_revoked_or_somebody_else_hosts_it()
    {
        var assertion = Assertion("hosted", new JsonObject { ["type"] = "HostedBadge" });
        PutIssuerAndBadge();
        issuance.Sites.Put($"{Home}/assertions/1", assertion);
        await AssertVerifiesAsync(StrictJson.ToUtf8(assertion));
        await AssertVerifiesAsync(Encoding.UTF8.GetBytes($"{Home}/assertions/1"));
        byte[] png = BakedPng.Bake(Pathways.CredentialIssuance.Images.BadgeImages.AsPng(Definition), assertion.ToJsonString(), BakedKind.OpenBadge2);
        Assert.Equal("png+ob2-hosted", (string?)(await AssertVerifiesAsync(png))["format"]);

        var changed = assertion.DeepClone().AsObject();
        changed["issuedOn"] = "2019-01-01T00:00:00Z";
        await AssertRefusedAsync(StrictJson.ToUtf8(changed), "hosted-document");

        var revoked = assertion.DeepClone().AsObject();
        revoked["revoked"] = true;
        issuance.Sites.Put($"{Home}/assertions/1", revoked);
        await AssertRefusedAsync(Encoding.UTF8.GetBytes($"{Home}/assertions/1"), "status-revocation");

        var elsewhere = assertion.DeepClone().AsObject();
        elsewhere["id"] = "https://copycat.example/assertions/1";
        issuance.Sites.Put("https://copycat.example/assertions/1", elsewhere);
        await AssertRefusedAsync(StrictJson.ToUtf8(elsewhere), "issuer-address");
    }

    [Fact]
    public async Task A_signed_open_badge_2_verifies_until_it_is_changed_or_revoked()
    {
        using var rsa = RSA.Create(2048);
        PutIssuerAndBadge(rsa);
        string token = SignJws(rsa, Assertion("signed", new JsonObject { ["type"] = "SignedBadge", ["creator"] = $"{Home}/keys/ob2" }));
        await AssertVerifiesAsync(Encoding.UTF8.GetBytes(token));

        string[] parts = token.Split('.');
        await AssertRefusedAsync(Encoding.UTF8.GetBytes($"{parts[0]}.{parts[1]}.{parts[2][..^6]}AAAAAA"), "signature");
        using var stranger = RSA.Create(2048);
        await AssertRefusedAsync(
            Encoding.UTF8.GetBytes(SignJws(stranger, Assertion("signed", new JsonObject { ["type"] = "SignedBadge", ["creator"] = $"{Home}/keys/ob2" }))), "signature");

        issuance.Sites.Put($"{Home}/revoked", new JsonObject { ["revokedAssertions"] = new JsonArray(new JsonObject { ["id"] = $"{Home}/assertions/1", ["revocationReason"] = "In error" }) });
        await AssertRefusedAsync(Encoding.UTF8.GetBytes(token), "status-revocation");
    }

    [Fact]
    public async Task Nobody_speaks_in_anothers_name_by_writing_it()
    {
        const string Thief = "https://thief.example";
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        string fragment = key.PublicKey.Multibase!;
        var profile = new JsonObject
        {
            ["id"] = $"{Home}/issuers/7",
            ["verificationMethod"] = new JsonArray(new JsonObject
            {
                ["id"] = $"{Thief}/profile#{fragment}", ["type"] = "Multikey", ["controller"] = $"{Home}/issuers/7", ["publicKeyMultibase"] = fragment,
            }),
            ["assertionMethod"] = new JsonArray($"{Thief}/profile#{fragment}"),
        };
        issuance.Sites.Put($"{Thief}/profile", profile);
        var badge = DataIntegrityProof.Add(StrictJson.ToUtf8(Badge($"{Home}/issuers/7")), new ProofOptions(
            Cryptosuites.EddsaRdfc2022, $"{Thief}/profile#{fragment}", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), key);
        await AssertRefusedAsync(badge, "verification-method");

        // A signed badge that brings along a profile of its issuer, with the thief's key in it.
        using var rsa = RSA.Create(2048);
        using var honest = RSA.Create(2048);
        PutIssuerAndBadge(honest);
        issuance.Sites.Put($"{Thief}/key", new JsonObject
        {
            ["type"] = "CryptographicKey", ["id"] = $"{Thief}/key", ["owner"] = $"{Home}/issuer", ["publicKeyPem"] = rsa.ExportSubjectPublicKeyInfoPem(),
        });
        var assertion = Assertion("stolen", new JsonObject { ["type"] = "SignedBadge", ["creator"] = $"{Thief}/key" });
        assertion["badge"] = new JsonObject
        {
            ["type"] = "BadgeClass", ["id"] = $"{Home}/badges/1", ["name"] = "Doctor", ["description"] = "x", ["criteria"] = "x",
            ["issuer"] = new JsonObject { ["type"] = "Issuer", ["id"] = $"{Home}/issuer", ["name"] = "University", ["publicKey"] = $"{Thief}/key" },
        };
        await AssertRefusedAsync(Encoding.UTF8.GetBytes(SignJws(rsa, assertion)), "issuer-key");
    }

    [Theory]
    [InlineData("did:web:127.0.0.1")]
    [InlineData("did:web:localhost")]
    [InlineData("did:web:10.0.0.7:issuers:1")]
    [InlineData("did:web:169.254.169.254:latest:meta-data")]
    [InlineData("did:web:university.example%3A8443")]
    public async Task An_issuer_inside_our_network_is_not_called(string did)
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        int asked = issuance.Sites.Asked.Count;

        await AssertRefusedAsync(Sign(Badge(did), did, key), "verification-method");

        Assert.Equal(asked, issuance.Sites.Asked.Count);
    }

    private static readonly Pathways.CredentialIssuance.Domain.Achievements.AchievementDefinition Definition = new("Name", "Words.", "Deeds.", "Badge");

    private void PutList(StatusList list, SigningKey key)
    {
        var now = DateTimeOffset.UtcNow;
        var unsigned = StatusListCredential.Write($"{Home}/status/1", Did, StatusPurpose.Revocation, list, now.AddHours(-1), now.AddDays(1));
        issuance.Sites.Put($"{Home}/status/1", Sign(unsigned, Did, key));
    }

    private void PutIssuerAndBadge(RSA? key = null)
    {
        issuance.Sites.Put($"{Home}/badges/1", JsonNode.Parse($$"""
            { "@context": "https://w3id.org/openbadges/v2", "type": "BadgeClass", "id": "{{Home}}/badges/1", "name": "Reader", "description": "Reads.",
              "image": "{{Home}}/badges/1.png", "criteria": { "narrative": "Read." }, "issuer": "{{Home}}/issuer" }
            """)!);
        var issuer = JsonNode.Parse($$"""
            { "@context": "https://w3id.org/openbadges/v2", "type": "Issuer", "id": "{{Home}}/issuer", "name": "University", "url": "{{Home}}", "email": "badges@university.example" }
            """)!.AsObject();
        if (key is not null)
        {
            issuer["publicKey"] = $"{Home}/keys/ob2";
            issuer["revocationList"] = $"{Home}/revoked";
            issuance.Sites.Put($"{Home}/keys/ob2", new JsonObject
            {
                ["type"] = "CryptographicKey", ["id"] = $"{Home}/keys/ob2", ["owner"] = $"{Home}/issuer", ["publicKeyPem"] = key.ExportSubjectPublicKeyInfoPem(),
            });
            issuance.Sites.Put($"{Home}/revoked", new JsonObject { ["revokedAssertions"] = new JsonArray() });
        }

        issuance.Sites.Put($"{Home}/issuer", issuer);
    }

    private static JsonObject Assertion(string recipient, JsonObject verification) => new()
    {
        ["@context"] = "https://w3id.org/openbadges/v2",
        ["type"] = "Assertion",
        ["id"] = $"{Home}/assertions/1",
        ["recipient"] = new JsonObject { ["type"] = "email", ["hashed"] = false, ["identity"] = $"{recipient}@learner.example" },
        ["issuedOn"] = "2020-01-01T00:00:00Z",
        ["badge"] = $"{Home}/badges/1",
        ["verification"] = verification,
    };

    private static string SignJws(RSA key, JsonObject payload)
    {
        string input = $"{Part("""{"alg":"RS256"}""")}.{Part(payload.ToJsonString())}";
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{input}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
        static string Part(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    private static JsonObject SecretOf(SigningKey key, string did, string suite) => new()
    {
        ["id"] = $"{did}#{key.PublicKey.Multibase}",
        ["controller"] = did,
        ["type"] = suite == "Ed25519Signature2020" ? "Ed25519VerificationKey2020" : "Multikey",
        ["publicKeyMultibase"] = key.PublicKey.Multibase,
        [suite == "Ed25519Signature2020" ? "privateKeyMultibase" : "secretKeyMultibase"] = SecretMultibase(key),
    };

    /// <summary>Multikey of an Ed25519 private key: 0x8026 before the seed (and, for 2020 keys, the public key behind it).</summary>
    private static string SecretMultibase(SigningKey key)
    {
        byte[] seed = key.ExportPkcs8()[^32..];
        byte[] publicKey = System.Buffers.Text.Base64Url.DecodeFromChars((string)key.PublicKey.ToJwk()["x"]!);
        return Multibase.EncodeBase58Btc([0x80, 0x26, .. seed, .. publicKey]);
    }

    private static JsonObject Badge(string issuer) => JsonNode.Parse($$"""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
          "id": "urn:uuid:6f1c7a0e-4f0b-4a52-9d3e-6f1f6b7f3a11", "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Abroad",
          "issuer": { "id": "{{issuer}}", "type": ["Profile"], "name": "Elsewhere" },
          "validFrom": "2020-01-01T00:00:00Z",
          "credentialSubject": { "id": "urn:learner:1", "type": ["AchievementSubject"], "achievement": {
            "id": "urn:achievement:1", "type": ["Achievement"], "name": "Abroad", "description": "A term.", "criteria": { "narrative": "Be there." } } }
        }
        """)!.AsObject();

    private static byte[] Sign(JsonObject document, string did, SigningKey key) => DataIntegrityProof.Add(
        StrictJson.ToUtf8(document),
        new ProofOptions(Cryptosuites.EddsaRdfc2022, DidDocument.MethodId(did, key.PublicKey), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), key);

    private async Task<JsonObject> AssertVerifiesAsync(byte[] credential)
    {
        var answer = await issuance.VerifyAsync(credential);
        Assert.True((bool)answer["verified"]!, answer.ToJsonString());
        return answer;
    }

    private async Task AssertRefusedAsync(byte[] credential, string check)
    {
        var answer = await issuance.VerifyAsync(credential);
        Assert.False((bool)answer["verified"]!, answer.ToJsonString());
        Assert.Contains(answer["checks"]!.AsArray(), one => ((string)one!["name"]!).StartsWith(check, StringComparison.Ordinal) && !(bool)one["passed"]!);
    }
}
