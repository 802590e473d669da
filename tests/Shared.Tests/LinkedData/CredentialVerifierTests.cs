using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class CredentialVerifierTests
{
    private const string Did = "did:web:example.edu";
    private const string ListUrl = "https://example.edu/status/1";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SigningKey Key = SigningKey.Generate(KeyAlgorithm.Ed25519);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms => ["json", "jwt", "enveloped+jwt", "png+json", "png+jwt", "svg+json", "svg+jwt"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_a_credential_verifies_and_says_what_it_was(string form)
    {
        var verification = await VerifyAsync(Form(form, Badge(1)));
        Assert.True(verification.Verified, Describe(verification));
        Assert.Equal(form, verification.Format);
        Assert.Equal("urn:uuid:1", (string)verification.Credential!["id"]!);
        Assert.Contains("status-revocation", verification.Checks.Select(check => check.Name));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_a_revoked_credential_is_refused_by_its_status_alone(string form)
        => Assert.Equal(["status-revocation"], Failures(await VerifyAsync(Form(form, Badge(1)), revoked: 1)));

    [Fact]
    public async Task An_expired_credential_is_refused_by_its_dates_alone()
    {
        var badge = Badge(1);
        badge["validUntil"] = "2026-04-01T00:00:00Z";
        Assert.Equal(["validity-period"], Failures(await VerifyAsync(Sign(badge))));
    }

    [Fact]
    public async Task The_parts_of_a_record_are_verified_too()
    {
        var record = await VerifyAsync(Sign(Clr(Badge(1), Badge(2))));
        Assert.True(record.Verified, Describe(record));
        Assert.Equal(["urn:uuid:1", "urn:uuid:2"], record.Parts.Select(part => (string)part.Credential!["id"]!));

        var withRevokedPart = await VerifyAsync(Sign(Clr(Badge(1), Badge(2))), revoked: 2);
        Assert.False(withRevokedPart.Verified);
        Assert.Empty(Failures(withRevokedPart));
        Assert.Equal(["status-revocation"], Failures(withRevokedPart.Parts[1]));
    }

    [Fact]
    public async Task Two_parts_that_swap_what_they_say_of_one_achievement_are_found_out()
    {
        // Both parts describe an achievement with the same id, so the record's graph, and its signature, stay the same.
        var one = Badge(1);
        var other = Badge(2);
        one["credentialSubject"]!["achievement"]!["id"] = "https://example.edu/achievements/1";
        other["credentialSubject"]!["achievement"]!["id"] = "https://example.edu/achievements/1";
        one["credentialSubject"]!["achievement"]!["description"] = "One.";
        other["credentialSubject"]!["achievement"]!["description"] = "Other.";
        var record = JsonNode.Parse(Sign(Clr(one, other)))!.AsObject();
        foreach (var (part, text) in new[] { (0, "Other."), (1, "One.") })
            record["credentialSubject"]!["verifiableCredential"]![part]!["credentialSubject"]!["achievement"]!["description"] = text;

        var verification = await VerifyAsync(StrictJson.ToUtf8(record));
        Assert.Empty(Failures(verification));
        Assert.False(verification.Verified);
        Assert.All(verification.Parts, part => Assert.Equal(["signature"], Failures(part)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"EnvelopedVerifiableCredential\",\"id\":\"data:text/plain,x\"}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task What_is_no_credential_is_refused_and_not_a_fault(string input)
    {
        var verification = await VerifyAsync(Encoding.UTF8.GetBytes(input));
        Assert.False(verification.Verified);
        Assert.All(verification.Checks.Where(check => !check.Passed), check => Assert.NotEmpty(check.WhatToDo!));
    }

    private static byte[] Form(string form, JsonObject badge)
    {
        var token = VcJwt.Sign(badge, DidDocument.MethodId(Did, Key.PublicKey), Key);
        var json = Encoding.UTF8.GetString(Sign(badge));
        var pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        var drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray();
        return form switch
        {
            "json" => Encoding.UTF8.GetBytes(json),
            "jwt" => Encoding.UTF8.GetBytes(token),
            "enveloped+jwt" => Encoding.UTF8.GetBytes($$"""{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,{{token}}"}"""),
            "png+json" => BakedPng.Bake(pixel, json),
            "png+jwt" => BakedPng.Bake(pixel, token),
            "svg+json" => BakedSvg.Bake(drawing, json),
            _ => BakedSvg.Bake(drawing, token),
        };
    }

    private static async Task<CredentialVerification> VerifyAsync(byte[] input, int? revoked = null)
    {
        var list = StatusList.Create();
        if (revoked is { } index)
            list[index] = true;
        var lists = new OneList(Sign(StatusListCredential.Write(ListUrl, Did, StatusPurpose.Revocation, list, Now.AddDays(-1), Now.AddDays(1))));
        var resolver = DidDocument.Read(DidDocument.Write(Did, [new PublishedKey(Key.PublicKey)]));
        return await new CredentialVerifier(resolver, lists, new VerificationOptions(Now)).VerifyAsync(input, Cancel);
    }

    private static byte[] Sign(JsonObject document)
        => DataIntegrityProof.Add(StrictJson.ToUtf8(document), new ProofOptions(Cryptosuites.EddsaRdfc2022, DidDocument.MethodId(Did, Key.PublicKey), Now.AddMinutes(-1)), Key);

    private static JsonObject Badge(int number) => JsonNode.Parse($$"""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
          "id": "urn:uuid:{{number}}",
          "type": ["VerifiableCredential", "OpenBadgeCredential"],
          "name": "Badge {{number}}",
          "issuer": { "id": "{{Did}}", "type": ["Profile"], "name": "Example University" },
          "validFrom": "2026-01-01T00:00:00Z",
          "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
              "id": "https://example.edu/achievements/{{number}}",
              "type": ["Achievement"],
              "name": "Badge {{number}}",
              "description": "What badge {{number}} is for.",
              "criteria": { "narrative": "Pass." }
            }
          },
          "credentialStatus": {{StatusListCredential.WriteEntry(ListUrl, number).ToJsonString()}}
        }
        """)!.AsObject();

    private static JsonObject Clr(params JsonObject[] badges) => new()
    {
        ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"),
        ["id"] = "urn:uuid:record",
        ["type"] = new JsonArray("VerifiableCredential", "ClrCredential"),
        ["name"] = "Record",
        ["issuer"] = new JsonObject { ["id"] = Did, ["type"] = new JsonArray("Profile"), ["name"] = "Example University" },
        ["validFrom"] = "2026-02-01T00:00:00Z",
        ["credentialSubject"] = new JsonObject
        {
            ["id"] = "did:example:learner",
            ["type"] = new JsonArray("ClrSubject"),
            ["verifiableCredential"] = new JsonArray([.. badges.Select(badge => JsonNode.Parse(Sign(badge)))]),
        },
    };

    private static IEnumerable<string> Failures(CredentialVerification verification)
        => verification.Checks.Where(check => !check.Passed).Select(check => check.Name);

    private static string Describe(CredentialVerification verification)
        => string.Join("; ", verification.Checks.Concat(verification.Parts.SelectMany(part => part.Checks)).Where(check => !check.Passed));

    private sealed class OneList(byte[] list) : IDocumentSource
    {
        public ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default)
            => new(url == ListUrl ? list : (ReadOnlyMemory<byte>?)null);
    }
}
