using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class KeyTests
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("what is signed");

    [Theory]
    // RFC 8032, 7.1: seed, public key, message, signature.
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void Ed25519_agrees_with_rfc_8032(string seed, string publicKey, string message, string signature)
    {
        using var key = SigningKey.FromEd25519Seed(Convert.FromHexString(seed));
        var signed = key.Sign(Convert.FromHexString(message));

        Assert.Equal(signature, Convert.ToHexStringLower(signed));
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(Convert.FromHexString(publicKey)), (string)key.PublicKey.ToJwk()["x"]!);
        Assert.True(key.PublicKey.Verify(Convert.FromHexString(message), signed));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.P256)]
    [InlineData(KeyAlgorithm.P384)]
    [InlineData(KeyAlgorithm.Rsa)]
    public void A_key_survives_every_form_it_is_published_and_stored_in(KeyAlgorithm algorithm)
    {
        using var original = SigningKey.Generate(algorithm);
        using var stored = SigningKey.FromPkcs8(original.ExportPkcs8());
        var signature = stored.Sign(Data);
        var other = SigningKey.Generate(algorithm).PublicKey;

        List<VerificationKey> published = [original.PublicKey, VerificationKey.FromJwk(original.PublicKey.ToJwk())];
        if (original.PublicKey.Multibase is { } multibase)
            published.Add(VerificationKey.FromMultibase(multibase));
        Assert.Equal(algorithm, stored.Algorithm);
        Assert.All(published, key =>
        {
            Assert.True(key.Verify(Data, signature));
            Assert.False(key.Verify([.. Data, 0], signature));
            Assert.False(key.Verify(Data, signature.AsSpan(1)));
            Assert.Equal(original.PublicKey.JwkThumbprint(), key.JwkThumbprint());
        });
        Assert.False(other.Verify(Data, signature));
    }

    [Fact]
    public void One_key_signs_on_many_threads_at_once()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var expected = key.Sign(Data);
        Parallel.For(0, 2000, _ =>
        {
            Assert.Equal(expected, key.Sign(Data));
            Assert.True(key.PublicKey.Verify(Data, expected));
        });
    }

    [Fact]
    public void The_thumbprint_is_that_of_rfc_7638()
    {
        var key = VerificationKey.FromJwk(JsonNode.Parse("""
            {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"}
            """)!.AsObject());
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", key.JwkThumbprint());
    }

    [Theory]
    [InlineData("z6Mk")]
    [InlineData("u7QE")]
    [InlineData("z0OIl")]
    [InlineData("")]
    public void Refuses_a_multikey_that_is_none(string multibase)
        => Assert.Throws<LinkedDataException>(() => VerificationKey.FromMultibase(multibase));

    [Theory]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AA"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"oct","k":"AQAB"}""")]
    public void Refuses_a_jwk_that_is_too_weak_private_or_wrong(string jwk)
        => Assert.Equal("invalid key", Assert.Throws<LinkedDataException>(() => VerificationKey.FromJwk(JsonNode.Parse(jwk)!.AsObject())).Code);

    [Theory]
    [InlineData("", "z")]
    [InlineData("00", "z1")]
    [InlineData("0000287fb4cd", "z11233QC4")]
    [InlineData("48656c6c6f20576f726c6421", "z2NEpo7TZRRrLZSi2U")]
    public void Base58_agrees_with_its_draft(string hex, string multibase)
    {
        Assert.Equal(multibase, Multibase.EncodeBase58Btc(Convert.FromHexString(hex)));
        Assert.Equal(hex, Convert.ToHexStringLower(Multibase.Decode(multibase)));
    }
}
