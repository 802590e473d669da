using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.LinkedData.Fuzzing;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

/// <summary>What strangers may send: each kind is refused by its name, in bounded time and memory.</summary>
public class BadInputTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SigningKey Key = SigningKey.Generate(KeyAlgorithm.Ed25519);

    private static string Did => DidKey.FromKey(Key.PublicKey);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Unsafe => new()
    {
        { "safe mode", """{"@context":"https://www.w3.org/ns/credentials/v2","type":"VerifiableCredential","undefinedTerm":1}""" },
        { "safe mode", """{"@context":"https://www.w3.org/ns/credentials/v2","type":"UndefinedType"}""" },
        { "safe mode", """{"@context":"https://www.w3.org/ns/credentials/v2","type":"VerifiableCredential","id":"relative/id"}""" },
        { "safe mode", """{"@context":"https://www.w3.org/ns/credentials/v2","type":"VerifiableCredential","issuer":"relative"}""" },
        { "safe mode", """{"@context":["https://www.w3.org/ns/credentials/v2",{"x":"urn:x"}],"type":"VerifiableCredential","x":{"@value":null}}""" },
        { "safe mode", """{"@context":{"@vocab":"_:b"},"x":1}""" },
        { "safe mode", """{"@context":{"x":"urn:x"},"@id":"urn:a b","x":1}""" },
        { "safe mode", """{"@context":{"x":{"@id":"urn:x","@direction":"rtl"}},"x":"text"}""" },
        { "protected term redefinition", """{"@context":["https://www.w3.org/ns/credentials/v2",{"VerifiableCredential":"https://evil.example/VC"}],"type":"VerifiableCredential"}""" },
        { "invalid context nullification", """{"@context":["https://www.w3.org/ns/credentials/v2",null],"type":"VerifiableCredential"}""" },
        { "loading remote context failed", """{"@context":"https://www.w3.org/ns/credentials/v3","type":"VerifiableCredential"}""" },
        { "loading remote context failed", """{"@context":"file:///etc/passwd","x":1}""" },
        { "cyclic IRI mapping", """{"@context":{"a":"b:x","b":"a:y"},"a":1}""" },
        { "number out of range", """{"@context":{"x":"urn:x"},"x":1e999}""" },
        { "duplicate key", """{"@context":{"x":"urn:x"},"x":1,"x":2}""" },
        { "invalid utf-16", """{"@context":{"x":"urn:x"},"x":"\udfff"}""" },
    };

    [Theory]
    [MemberData(nameof(Unsafe))]
    public void Refuses_to_sign_what_others_would_read_differently(string code, string json)
    {
        Assert.Equal(code, CodeOf(json));
        var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, $"{Did}#{Key.PublicKey.Multibase}", Now);
        Assert.Throws<LinkedDataException>(() => DataIntegrityProof.Add(Encoding.UTF8.GetBytes(json), options, Key));
    }

    [Fact]
    public void Refuses_contexts_that_load_each_other_without_end()
    {
        var cyclic = new AdditionalContexts(
            EmbeddedContexts.Instance,
            ("urn:a", "{\"@context\":\"urn:b\"}"u8.ToArray()),
            ("urn:b", "{\"@context\":[\"urn:a\",{\"t\":{\"@id\":\"urn:t\",\"@context\":\"urn:b\"}}]}"u8.ToArray()),
            ("urn:self", "{\"@context\":{\"t\":{\"@id\":\"urn:t\",\"@context\":\"urn:self\"}}}"u8.ToArray()));
        var processor = new JsonLdProcessor(new JsonLdOptions { Contexts = cyclic });
        Assert.Equal("context overflow", Assert.Throws<LinkedDataException>(() => processor.ToRdf("{\"@context\":\"urn:a\"}"u8.ToArray())).Code);

        // A scoped context that names its own document is honest: it is read again only where its term is used.
        Assert.Single(processor.ToRdf("{\"@context\":\"urn:self\",\"t\":\"x\"}"u8.ToArray()));
    }

    [Fact]
    public void Refuses_a_thousand_blank_nodes_that_look_alike_and_ten_thousand_levels()
    {
        var ring = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$$"""{"@id":"_:n{{{i}}}","p":{"@id":"_:n{{{(i + 1) % 1000}}}"}}"""));
        var clock = Stopwatch.StartNew();
        Assert.Equal("too much work", CodeOf($$"""{"@context":{"p":"urn:p"},"@graph":[{{ring}}]}"""));
        Assert.Equal("nested too deeply", CodeOf(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)));
        Assert.Equal("document too large", CodeOf($$"""{"a":"{{new string('a', 10_000_000)}}"}"""));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
    }

    [Theory]
    [InlineData("achievementType", "Nonsense")]
    [InlineData("resultType", "Nonsense")]
    [InlineData("status", "ext:Nonsense")]
    [InlineData("targetType", "Nonsense")]
    [InlineData("second status", "")]
    [InlineData("no criteria", "")]
    public async Task Names_what_a_badge_may_not_say(string what, string word)
    {
        var badge = Badge();
        var subject = badge["credentialSubject"]!;
        switch (what)
        {
            case "achievementType": subject["achievement"]!["achievementType"] = word; break;
            case "resultType": subject["achievement"]!["resultDescription"]!["resultType"] = word; break;
            case "status": subject["result"]!["status"] = word; break;
            case "targetType": subject["achievement"]!["alignment"]!["targetType"] = word; break;
            case "no criteria": subject["achievement"]!.AsObject().Remove("criteria"); break;
            default: badge["credentialStatus"] = new JsonArray(badge["credentialStatus"]!.DeepClone(), badge["credentialStatus"]!.DeepClone()); break;
        }
        var verification = await Verifier().VerifyAsync(Sign(badge), Cancel);
        Assert.Equal(["open-badge"], verification.Checks.Where(check => !check.Passed && !check.Name.StartsWith("status", StringComparison.Ordinal)).Select(check => check.Name));
    }

    [Fact]
    public async Task Nothing_that_is_broken_verifies_breaks_the_verifier_or_takes_long()
    {
        var badge = BadgeWithoutStatus();
        var good = Sign(badge);
        Assert.True((await Verifier().VerifyAsync(good, Cancel)).Verified);
        var token = Encoding.UTF8.GetBytes(VcJwt.Sign(badge, $"{Did}#{Key.PublicKey.Multibase}", Key));
        var pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        byte[][] seeds = [good, good, good, token, BakedPng.Bake(pixel, Encoding.UTF8.GetString(good)), BakedSvg.Bake("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8, Encoding.UTF8.GetString(good)), Encoding.UTF8.GetBytes(OpenBadge2), BakedPng.Bake(pixel, OpenBadge2, BakedKind.OpenBadge2)];
        const int Seed = 20260501;
        var fuzzer = new CredentialFuzzer(Seed, seeds);
        var verifier = Verifier();
        for (var i = 0; i < 1500; i++)
        {
            var input = fuzzer.Next();
            var clock = Stopwatch.StartNew();
            var verification = await verifier.VerifyAsync(input, Cancel);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"Input {i} of seed {Seed} took {clock.Elapsed}.");
            Assert.False(verification.Verified && !SaysTheSame(verification), $"Input {i} of seed {Seed} verifies: {Encoding.UTF8.GetString(input)}");
        }
    }

    private const string OpenBadge2 =
        """
        {"@context":"https://w3id.org/openbadges/v2","type":"Assertion","id":"https://example.edu/assertions/1",
        "recipient":{"type":"email","hashed":false,"identity":"learner@example.edu"},"issuedOn":"2020-01-01T00:00:00Z",
        "badge":{"type":"BadgeClass","id":"https://example.edu/badges/1","name":"Reader","description":"Reads.","criteria":{"narrative":"Read."},
        "issuer":{"type":"Issuer","id":"https://example.edu/issuer","name":"University"}},"verification":{"type":"HostedBadge"}}
        """;

    private static string CodeOf(string json)
        => Assert.Throws<LinkedDataException>(() => RdfCanonicalization.Canonicalize(JsonLdProcessor.Safe.ToRdf(Encoding.UTF8.GetBytes(json)))).Code;

    /// <summary>A step can leave the meaning as it was: a space more, a character in an image.</summary>
    private static bool SaysTheSame(CredentialVerification verification)
    {
        var credential = verification.Credential!.DeepClone().AsObject();
        credential.Remove("proof");
        return JsonLdProcessor.Safe.ToRdf(StrictJson.ToUtf8(credential)).ToHashSet().SetEquals(JsonLdProcessor.Safe.ToRdf(StrictJson.ToUtf8(BadgeWithoutStatus())));
    }

    private static JsonObject BadgeWithoutStatus()
    {
        var badge = Badge();
        badge.Remove("credentialStatus");
        return badge;
    }

    private static CredentialVerifier Verifier() => new(DidKey.Resolver, new NoLists(), new VerificationOptions(Now));

    private static byte[] Sign(JsonObject document)
        => DataIntegrityProof.Add(StrictJson.ToUtf8(document), new ProofOptions(Cryptosuites.EddsaRdfc2022, $"{Did}#{Key.PublicKey.Multibase}", Now), Key);

    private static JsonObject Badge() => JsonNode.Parse($$"""
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
              "achievementType": "MicroCredential",
              "name": "Data stewardship",
              "description": "Keeps data findable and honest.",
              "criteria": { "narrative": "Pass the examination." },
              "creditsAvailable": 3.5,
              "alignment": { "type": ["Alignment"], "targetName": "EQF 6", "targetUrl": "http://data.europa.eu/snb/eqf/6", "targetType": "ext:EQF" },
              "resultDescription": { "id": "urn:uuid:1", "type": ["ResultDescription"], "name": "Grade", "resultType": "LetterGrade" }
            },
            "result": { "type": ["Result"], "resultDescription": "urn:uuid:1", "value": "A", "status": "Completed" }
          },
          "credentialStatus": { "id": "https://example.edu/status/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7", "statusListCredential": "https://example.edu/status/1" }
        }
        """)!.AsObject();

    private sealed class NoLists : IDocumentSource
    {
        public ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default) => new((ReadOnlyMemory<byte>?)null);
    }
}
