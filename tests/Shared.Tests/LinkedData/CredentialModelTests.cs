using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class CredentialModelTests
{
    [Fact]
    public void Judges_the_inputs_of_the_w3c_test_suite_right()
    {
        var folder = Path.Combine(PublishedData.Require("vc-data-model-2.0-test-inputs"), "input");
        var misses = new List<string>();
        var count = 0;
        foreach (var file in Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var isOk = name.EndsWith("-ok", StringComparison.Ordinal);
            if (!isOk && !name.Contains("-fail", StringComparison.Ordinal))
                continue;
            count++;
            using var document = JsonDocument.Parse(StrictJson.ToUtf8(Filled(JsonNode.Parse(File.ReadAllText(file))!.AsObject(), name)));
            var findings = CredentialModel.Findings(document.RootElement);
            if (isOk != (findings.Count == 0))
                misses.Add($"{name}: {(findings.Count == 0 ? "nothing found" : string.Join(' ', findings))}");
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"VCDM 2.0 inputs: {count - misses.Count} of {count}");
        Assert.True(count > 100, $"Only {count} inputs were found.");
        Assert.True(misses.Count == 0, string.Join('\n', misses));
    }

    [Theory]
    [InlineData("""{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"issuer":"did:a:b","credentialSubject":{"id":"did:c:d"}}""", 0)]
    [InlineData("""{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential"],"issuer":"did:a:b","issuanceDate":"2020-01-01T00:00:00Z","credentialSubject":{"id":"did:c:d"}}""", 0)]
    [InlineData("""{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential"],"issuer":"did:a:b","credentialSubject":{"id":"did:c:d"}}""", 1)]
    [InlineData("""{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","Undefined"],"issuer":"not a url","validFrom":"yesterday","credentialSubject":{}}""", 4)]
    [InlineData("""[]""", 1)]
    [InlineData("""{}""", 4)]
    public void Says_everything_it_finds(string json, int findings)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(findings, CredentialModel.Findings(document.RootElement).Count);
    }

    /// <summary>The suite fills in what its inputs leave to the run: an issuer, and dates around now.</summary>
    private static JsonObject Filled(JsonObject document, string name)
    {
        foreach (var credential in document["verifiableCredential"]?.AsArrayOrSelf() ?? [])
        {
            if (credential is JsonObject inner && inner["type"]?.ToJsonString().Contains("VerifiableCredential\"", StringComparison.Ordinal) == true
                && !inner.ToJsonString().Contains("data:", StringComparison.Ordinal))
            {
                inner.TryAdd("issuer", "did:example:issuer");
            }
        }
        if (name.StartsWith("presentation", StringComparison.Ordinal))
            return document;
        if (!name.Contains("issuer", StringComparison.Ordinal))
            document.TryAdd("issuer", "did:example:issuer");
        if (document["issuer"] is JsonObject profile)
            profile.TryAdd("id", "did:example:issuer");
        foreach (var member in new[] { "validFrom", "validUntil" })
        {
            if (document[member] is JsonValue value && value.TryGetValue(out string? text) && text.EndsWith("DATE", StringComparison.Ordinal))
                document[member] = text.StartsWith("FUTURE", StringComparison.Ordinal) ? "2050-01-01T00:00:00Z" : "2001-01-01T00:00:00Z";
        }
        return document;
    }
}

internal static class JsonNodes
{
    public static IEnumerable<JsonNode?> AsArrayOrSelf(this JsonNode node) => node is JsonArray array ? array : [node];
}
