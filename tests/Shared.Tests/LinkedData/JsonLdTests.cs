using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LinkedData;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

/// <summary>A core of our own: what credentials use of JSON-LD, also where the published tests are not at hand.</summary>
public class JsonLdTests
{
    private static readonly JsonLdProcessor Processor = new(new JsonLdOptions { Safe = false });

    [Theory]
    // Terms, vocabularies, compact addresses.
    [InlineData("""{"@context":{"p":"urn:p"},"@id":"urn:s","p":"v"}""", "<urn:s> <urn:p> \"v\" .")]
    [InlineData("""{"@context":{"@vocab":"urn:v#"},"@id":"urn:s","p":"v"}""", "<urn:s> <urn:v#p> \"v\" .")]
    [InlineData("""{"@context":{"x":"urn:x/"},"@id":"x:s","x:p":{"@id":"x:o"}}""", "<urn:x/s> <urn:x/p> <urn:x/o> .")]
    [InlineData("""{"@context":{"p":"urn:p","id":"@id","type":"@type"},"id":"urn:s","type":"urn:T"}""", "<urn:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:T> .")]
    [InlineData("""{"@context":{"p":"urn:p"},"@id":"urn:s","unknown":"dropped"}""", "")]
    // Values.
    [InlineData("""{"@context":{"p":"urn:p"},"@id":"urn:s","p":[1,1.5,true,1e21]}""",
        "<urn:s> <urn:p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .|<urn:s> <urn:p> \"1.0E21\"^^<http://www.w3.org/2001/XMLSchema#double> .|<urn:s> <urn:p> \"1.5E0\"^^<http://www.w3.org/2001/XMLSchema#double> .|<urn:s> <urn:p> \"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@type":"urn:float"}},"@id":"urn:s","p":[3,0.1]}""", "<urn:s> <urn:p> \"1.0E-1\"^^<urn:float> .|<urn:s> <urn:p> \"3\"^^<urn:float> .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@language":"EN"}},"@id":"urn:s","p":"v"}""", "<urn:s> <urn:p> \"v\"@en .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@container":"@language"}},"@id":"urn:s","p":{"fi":"a","sv":["b"]}}""", "<urn:s> <urn:p> \"a\"@fi .|<urn:s> <urn:p> \"b\"@sv .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@type":"@json"}},"@id":"urn:s","p":{"b":1.0,"a":[]}}""", "<urn:s> <urn:p> \"{\\\"a\\\":[],\\\"b\\\":1}\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@type":"@id"}},"@id":"urn:s","p":"urn:o"}""", "<urn:s> <urn:p> <urn:o> .")]
    // Lists, graphs, reversal, included nodes, nesting.
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@container":"@list"}},"@id":"urn:s","p":[]}""", "<urn:s> <urn:p> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@container":"@graph"},"q":"urn:q"},"@id":"urn:s","p":{"@id":"urn:o","q":"v"}}""", "<urn:o> <urn:q> \"v\" _:c14n0 .|<urn:s> <urn:p> _:c14n0 .")]
    [InlineData("""{"@context":{"p":{"@reverse":"urn:p"}},"@id":"urn:s","p":{"@id":"urn:o"}}""", "<urn:o> <urn:p> <urn:s> .")]
    [InlineData("""{"@context":{"q":"urn:q"},"@included":[{"@id":"urn:s","q":"v"}]}""", "<urn:s> <urn:q> \"v\" .")]
    [InlineData("""{"@context":{"n":"@nest","q":"urn:q"},"@id":"urn:s","n":{"q":"v"}}""", "<urn:s> <urn:q> \"v\" .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@container":"@index"},"q":"urn:q"},"@id":"urn:s","p":{"a":{"@id":"urn:o"}}}""", "<urn:s> <urn:p> <urn:o> .")]
    // Scoped contexts: by type they end with the node, by property they go on.
    [InlineData("""{"@context":{"T":{"@id":"urn:T","@context":{"q":"urn:q"}},"p":"urn:p"},"@id":"urn:s","@type":"T","q":"v","p":{"@id":"urn:o","q":"dropped"}}""",
        "<urn:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:T> .|<urn:s> <urn:p> <urn:o> .|<urn:s> <urn:q> \"v\" .")]
    [InlineData("""{"@context":{"p":{"@id":"urn:p","@context":{"q":"urn:q"}}},"@id":"urn:s","p":{"@id":"urn:o","q":"v"}}""", "<urn:o> <urn:q> \"v\" .|<urn:s> <urn:p> <urn:o> .")]
    public void Says_the_statements_of_a_document(string json, string expected)
    {
        var canonical = RdfCanonicalization.Canonicalize(Processor.ToRdf(Encoding.UTF8.GetBytes(json))).NQuads;
        Assert.Equal(expected.Length == 0 ? "" : expected.Replace("|", "\n", StringComparison.Ordinal) + "\n", Encoding.UTF8.GetString(canonical));
    }

    [Fact]
    public void Every_embedded_context_is_the_pinned_one_and_can_be_processed()
    {
        var urls = EmbeddedContexts.Instance.Urls;
        Assert.True(urls.Count >= 18);
        Assert.All(urls, url => Assert.Empty(Processor.ToRdf(Encoding.UTF8.GetBytes($$"""{"@context":"{{url}}"}"""))));
        Assert.Null(EmbeddedContexts.Instance.Find("https://www.w3.org/ns/credentials/v3"));
    }

    [Fact]
    public void The_embedded_contexts_are_those_that_were_published()
    {
        var folder = PublishedData.Require("vc-contexts");
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        foreach (var entry in index.RootElement.EnumerateObject())
        {
            // 1EdTech changed this one in place; the copy here is the later one.
            if (entry.Name.EndsWith("context-3.0.3.json", StringComparison.Ordinal))
                continue;
            var published = Jcs.Canonicalize(File.ReadAllBytes(Path.Combine(folder, entry.Value.GetString()!)));
            Assert.Equal(published, Jcs.Canonicalize(EmbeddedContexts.Instance.Find(entry.Name)!.Value));
        }
    }

    [Fact]
    public void The_order_of_keys_does_not_change_what_is_said_and_a_changed_claim_does()
        => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var shuffled = Shuffled(Credential(), random)!;
            var changed = Credential();
            changed["credentialSubject"]!["achievement"]!["name"] = $"Name {seed}";
            return Canonical(Credential()) == Canonical(shuffled) && Canonical(Credential()) != Canonical(changed);
        }).QuickCheckThrowOnFailure();

    private static JsonNode? Shuffled(JsonNode? node, Random random) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(_ => random.Next()).Select(member => KeyValuePair.Create(member.Key, Shuffled(member.Value, random)))),
        JsonArray items => new JsonArray([.. items.Select(item => Shuffled(item, random))]),
        _ => node?.DeepClone(),
    };

    private static string Canonical(JsonNode document)
        => Encoding.UTF8.GetString(RdfCanonicalization.Canonicalize(JsonLdProcessor.Safe.ToRdf(StrictJson.ToUtf8(document))).NQuads);

    private static JsonObject Credential() => JsonNode.Parse("""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
          "id": "urn:uuid:1",
          "type": ["VerifiableCredential", "OpenBadgeCredential"],
          "issuer": { "id": "did:web:example.edu", "type": ["Profile"], "name": "Example University" },
          "validFrom": "2026-01-01T00:00:00Z",
          "credentialSubject": {
            "type": ["AchievementSubject"],
            "achievement": {
              "id": "https://example.edu/achievements/1", "type": ["Achievement"], "name": "Badge", "description": "A badge.",
              "criteria": { "narrative": "Pass." },
              "alignment": [
                { "type": ["Alignment"], "targetName": "one", "targetUrl": "https://example.edu/1" },
                { "type": ["Alignment"], "targetName": "two", "targetUrl": "https://example.edu/2" }
              ]
            }
          }
        }
        """)!.AsObject();
}
