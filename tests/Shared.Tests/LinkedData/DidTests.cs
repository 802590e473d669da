using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class DidTests
{
    [Theory]
    [InlineData("https://example.edu", "did:web:example.edu", "https://example.edu/.well-known/did.json")]
    [InlineData("https://example.edu:8443/", "did:web:example.edu%3A8443", "https://example.edu:8443/.well-known/did.json")]
    [InlineData("https://example.edu/issuers/7", "did:web:example.edu:issuers:7", "https://example.edu/issuers/7/did.json")]
    [InlineData("https://localhost:5001/t/a/issuers/7", "did:web:localhost%3A5001:t:a:issuers:7", "https://localhost:5001/t/a/issuers/7/did.json")]
    public void A_url_and_its_did_name_each_other(string url, string did, string document)
    {
        Assert.Equal(did, DidWeb.FromUrl(new Uri(url)));
        Assert.Equal(document, DidWeb.DocumentUrl(did + "#key-1").AbsoluteUri);
    }

    [Theory]
    [InlineData("did:key:z6Mk")]
    [InlineData("did:web:")]
    [InlineData("did:web:user@example.edu")]
    [InlineData("did:web:example.edu%2Fpath")]
    [InlineData("did:web:example.edu/path")]
    [InlineData("did:web:example.edu:..:secret")]
    [InlineData("did:web:example.edu::a")]
    [InlineData("did:web:example.edu:a?b")]
    [InlineData("did:web:example.edu%3A99999")]
    [InlineData("did:web:[::1]")]
    public void Refuses_a_did_that_could_lead_a_fetch_astray(string did)
        => Assert.Equal("invalid did", Assert.Throws<LinkedDataException>(() => DidWeb.DocumentUrl(did)).Code);

    [Fact]
    public void The_document_is_written_the_way_verifiers_want_it()
    {
        using var current = SigningKey.Generate(KeyAlgorithm.Ed25519);
        using var retired = SigningKey.Generate(KeyAlgorithm.P256);
        using var rsa = SigningKey.Generate(KeyAlgorithm.Rsa);
        const string Did = "did:web:example.edu:issuers:7";
        var document = DidDocument.Write(Did, [new(current.PublicKey), new(retired.PublicKey, Active: false), new(rsa.PublicKey)]);

        Assert.Equal("https://www.w3.org/ns/did/v1", (string)document["@context"]![0]!);
        Assert.Equal($"{Did}#{current.PublicKey.Multibase}", (string)document["verificationMethod"]![0]!["id"]!);
        Assert.Equal(Did, (string)document["verificationMethod"]![0]!["controller"]!);
        Assert.Equal("JsonWebKey", (string)document["verificationMethod"]![2]!["type"]!);
        Assert.Equal(
            [$"{Did}#{current.PublicKey.Multibase}", $"{Did}#{rsa.PublicKey.JwkThumbprint()}"],
            document["assertionMethod"]!.AsArray().Select(method => (string)method!));

        var read = DidDocument.Read(document);
        Assert.Equal(3, read.Methods.Count);
        Assert.Empty(read.Find(DidDocument.MethodId(Did, retired.PublicKey))!.Purposes);
    }

    [Fact]
    public async Task A_did_key_answers_for_its_own_key_only()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        using var other = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var did = DidKey.FromKey(key.PublicKey);
        Assert.Equal(did, (await DidKey.Resolver.ResolveAsync($"{did}#{key.PublicKey.Multibase}", TestContext.Current.CancellationToken))!.Controller);
        Assert.Null(await DidKey.Resolver.ResolveAsync($"{did}#{other.PublicKey.Multibase}", TestContext.Current.CancellationToken));
        Assert.Null(await DidKey.Resolver.ResolveAsync("did:web:example.edu#x", TestContext.Current.CancellationToken));
    }
}
