using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class VcJwtTests
{
    private const string Did = "did:web:example.edu";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KeyAlgorithm.Rsa, "RS256")]
    [InlineData(KeyAlgorithm.P256, "ES256")]
    [InlineData(KeyAlgorithm.Ed25519, "EdDSA")]
    public async Task A_signed_token_follows_the_open_badges_profile_and_verifies(KeyAlgorithm algorithm, string alg)
    {
        using var key = SigningKey.Generate(algorithm);
        var token = VcJwt.Sign(Credential(), KeyId(key), key);

        var header = Part(token, 0);
        Assert.Equal(["alg", "kid", "typ"], header.Select(member => member.Key).Order());
        Assert.Equal(alg, (string)header["alg"]!);
        Assert.Equal("JWT", (string)header["typ"]!);
        var payload = Part(token, 1);
        Assert.Equal(Did, (string)payload["iss"]!);
        Assert.Equal("urn:uuid:1", (string)payload["jti"]!);
        Assert.Equal("did:example:learner", (string)payload["sub"]!);
        Assert.Equal(1767225600, (long)payload["nbf"]!);
        Assert.Equal(1798761600, (long)payload["exp"]!);

        var verification = await VcJwt.VerifyAsync(token, Resolver(key), new VerificationOptions(Now), Cancel);
        Assert.True(verification.Report.Verified, verification.Report.ToString());
        Assert.True(JsonNode.DeepEquals(Credential(), verification.Credential));
    }

    [Fact]
    public async Task Refuses_alg_none_and_a_public_key_used_as_a_secret()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Rsa);
        var payload = VcJwt.Sign(Credential(), KeyId(key), key).Split('.')[1];
        var none = $"{Encode($$"""{"alg":"none","kid":"{{KeyId(key)}}"}""")}.{payload}.";
        var hs256Input = $"{Encode($$"""{"alg":"HS256","kid":"{{KeyId(key)}}"}""")}.{payload}";
        var secret = Encoding.UTF8.GetBytes(key.PublicKey.ToJwk().ToJsonString());
        var hs256 = $"{hs256Input}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(hs256Input)))}";

        foreach (var token in new[] { none, hs256 })
            Assert.Equal(["signature"], await FailuresAsync(token, key));
    }

    [Fact]
    public async Task Refuses_a_changed_payload_a_foreign_key_and_a_header_that_asks_for_more()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.P256);
        using var foreign = SigningKey.Generate(KeyAlgorithm.P256);
        var parts = VcJwt.Sign(Credential(), KeyId(key), key).Split('.');
        var forged = Part(string.Join('.', parts), 1);
        forged["name"] = "Another name";

        Assert.Equal(["signature"], await FailuresAsync($"{parts[0]}.{Encode(forged.ToJsonString())}.{parts[2]}", key));
        Assert.Equal(["signature"], await FailuresAsync(VcJwt.Sign(Credential(), KeyId(key), foreign), key));
        Assert.Equal(["verification-method"], await FailuresAsync(VcJwt.Sign(Credential(), KeyId(foreign), foreign), key));
        Assert.Equal(["jwt-format"], await FailuresAsync($"{Encode("""{"alg":"ES256","crit":["x"],"x":1}""")}.{parts[1]}.{parts[2]}", key));
        Assert.Equal(["jwt-format"], await FailuresAsync($"{Encode("""{"alg":"ES256","alg":"none"}""")}.{parts[1]}.{parts[2]}", key));
        Assert.Equal(["jwt-format"], await FailuresAsync("a.b", key));
        Assert.Equal(["jwt-format"], await FailuresAsync($"{parts[0]}.{parts[1]}=.{parts[2]}", key));
    }

    [Fact]
    public async Task Refuses_a_token_of_another_issuer_and_one_that_contradicts_its_credential()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.P256);
        var foreign = Credential();
        foreign["issuer"]!["id"] = "did:web:other.example";
        Assert.Equal(["issuer-key"], await FailuresAsync(VcJwt.Sign(foreign, KeyId(key), key), key));

        var contradicting = Credential();
        contradicting["iss"] = Did;
        Assert.Throws<LinkedDataException>(() => VcJwt.Sign(contradicting, KeyId(key), key));
    }

    [Theory]
    [InlineData("2025-12-31T00:00:00Z")]
    [InlineData("2027-06-01T00:00:00Z")]
    public async Task Refuses_a_token_before_and_after_its_time(string now)
    {
        using var key = SigningKey.Generate(KeyAlgorithm.P256);
        var options = new VerificationOptions(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        var report = (await VcJwt.VerifyAsync(VcJwt.Sign(Credential(), KeyId(key), key), Resolver(key), options, Cancel)).Report;
        Assert.Equal(["validity-period", "token-period"], report.Failures.Select(failure => failure.Name));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("issuer")]
    [InlineData("validFrom")]
    [InlineData("credentialSubject")]
    public void Does_not_sign_without_what_the_profile_needs(string member)
    {
        using var key = SigningKey.Generate(KeyAlgorithm.P256);
        var credential = Credential();
        credential.Remove(member);
        Assert.Equal("claim missing", Assert.Throws<LinkedDataException>(() => VcJwt.Sign(credential, KeyId(key), key)).Code);
    }

    private static async Task<IEnumerable<string>> FailuresAsync(string token, SigningKey key)
        => (await VcJwt.VerifyAsync(token, Resolver(key), new VerificationOptions(Now), Cancel)).Report.Failures.Select(failure => failure.Name);

    private static JsonObject Credential() => JsonNode.Parse($$"""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2"],
          "id": "urn:uuid:1",
          "type": ["VerifiableCredential"],
          "name": "Data stewardship",
          "issuer": { "id": "{{Did}}" },
          "validFrom": "2026-01-01T00:00:00Z",
          "validUntil": "2027-01-01T00:00:00Z",
          "credentialSubject": { "id": "did:example:learner" }
        }
        """)!.AsObject();

    private static string KeyId(SigningKey key) => DidDocument.MethodId(Did, key.PublicKey);

    private static DidDocument Resolver(SigningKey key) => DidDocument.Read(DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]));

    private static JsonObject Part(string token, int index)
        => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
