using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Forged_tokens_are_refused(TallyUnderTest tally) : IClassFixture<TallyUnderTest>
{
    private TestIssuer Issuer => tally.Service.Issuer;

    private Dictionary<string, object> Good => Issuer.Claims(TallyUnderTest.Tenant, Scopes.Define);

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task A_good_token_passes()
        => Assert.Equal(HttpStatusCode.OK, (await CallAsync(Issuer.Sign(Good, Header()))).Status);

    [Theory]
    [InlineData("iss", "https://elsewhere.example")]
    [InlineData("aud", "another-api")]
    [InlineData("tenant", null)]
    [InlineData("client_id", null)]
    [InlineData("exp", null)]
    public async Task With_a_claim_wrong_or_missing(string claim, string? value)
    {
        var claims = Good;
        if (value is null) claims.Remove(claim);
        else claims[claim] = value;
        await IsRefusedAsync(Issuer.Sign(claims, Header()));
    }

    [Theory]
    [InlineData(-61, null)]
    [InlineData(600, 61)]
    public async Task Beyond_its_time_by_more_than_a_minute(int expiresIn, int? notBeforeIn)
    {
        var claims = Good;
        claims["exp"] = Now + expiresIn;
        if (notBeforeIn is { } seconds) claims["nbf"] = Now + seconds + 5;
        await IsRefusedAsync(Issuer.Sign(claims, Header()));
    }

    [Fact]
    public async Task A_minute_of_clock_skew_is_allowed()
    {
        var claims = Good;
        claims["exp"] = Now - 30;
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(Issuer.Sign(claims, Header()))).Status);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("id+jwt")]
    [InlineData("")]
    public async Task Of_another_type(string type) => await IsRefusedAsync(Issuer.Sign(Good, Header(("typ", type))));

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public async Task Without_a_signature(string algorithm)
    {
        await IsRefusedAsync(Issuer.Sign(Good, Header(("alg", algorithm)), _ => []));
        await IsRefusedAsync(Issuer.Sign(Good, Header(("alg", algorithm))));
    }

    [Fact]
    public async Task Signed_by_HMAC_with_the_public_key_as_the_secret()
    {
        byte[] published = Issuer.Key is { } key ? key.ExportSubjectPublicKeyInfo() : [];
        await IsRefusedAsync(Issuer.Sign(Good, Header(("alg", "HS256")), content => HMACSHA256.HashData(published, content)));
        string pem = Issuer.Key.ExportSubjectPublicKeyInfoPem();
        await IsRefusedAsync(Issuer.Sign(Good, Header(("alg", "HS256")), content => HMACSHA256.HashData(Encoding.ASCII.GetBytes(pem), content)));
    }

    [Fact]
    public async Task Signed_by_RSA_with_a_key_of_the_forger()
    {
        using var rsa = RSA.Create(2048);
        await IsRefusedAsync(Issuer.Sign(Good, Header(("alg", "RS256")), content => rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public async Task Signed_by_the_forgers_key_that_the_token_brings_along()
    {
        using var forged = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = forged.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new Dictionary<string, object>
        {
            ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = "forged", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
        byte[] Sign(byte[] content) => forged.SignData(content, HashAlgorithmName.SHA256);

        await IsRefusedAsync(Issuer.Sign(Good, Header(("jwk", jwk)), Sign));
        await IsRefusedAsync(Issuer.Sign(Good, Header(("jwk", jwk), ("kid", "forged")), Sign));
        await IsRefusedAsync(Issuer.Sign(Good, Header(("jku", "https://forger.example/jwks.json"), ("kid", "forged")), Sign));
        await IsRefusedAsync(Issuer.Sign(Good, Header(("x5u", "https://forger.example/cert.pem"), ("kid", "forged")), Sign));
        await IsRefusedAsync(Issuer.Sign(Good, Header(("kid", "../../etc/passwd")), Sign));
    }

    [Fact]
    public async Task Changed_after_signing()
    {
        string[] parts = Issuer.Sign(Good, Header()).Split('.');
        string[] other = Issuer.Sign(Issuer.Claims("hutchinson", Scopes.Operator), Header()).Split('.');
        await IsRefusedAsync($"{parts[0]}.{other[1]}.{parts[2]}");
        await IsRefusedAsync($"{parts[0]}.{parts[1]}.");
        await IsRefusedAsync($"{parts[0]}.{parts[1]}");
        await IsRefusedAsync("not a token");
        await IsRefusedAsync("....");
    }

    [Fact]
    public async Task A_repeated_unknown_key_id_does_not_fetch_the_keys_again_each_time()
    {
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(Issuer.Sign(Good, Header()))).Status);
        int before = Issuer.Fetches;
        for (int i = 0; i < 20; i++) await IsRefusedAsync(Issuer.Sign(Good, Header(("kid", $"unknown-{i}"))));
        Assert.InRange(Issuer.Fetches - before, 0, 1);
    }

    private static Dictionary<string, object> Header(params (string Name, object Value)[] members) => members.ToDictionary(m => m.Name, m => m.Value);

    private async Task IsRefusedAsync(string token)
    {
        var answer = await CallAsync(token);
        Assert.True(answer is { Status: HttpStatusCode.Unauthorized, ProblemCode: "token-invalid" }, $"{answer} for {token}");
    }

    private async Task<Answer> CallAsync(string token)
    {
        using var http = tally.Service.Client();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await http.ReadAsync("/tally/who");
    }
}
