using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Contracts;
using Pathways.Contracts.CredentialIssuance.V1;
using Xunit;

namespace Pathways.Shared.Tests.Contracts;

/// <summary>
/// contracts/schemas and contracts/asyncapi say for other languages what Pathways.Contracts says in C#. With
/// <c>PATHWAYS_WRITE_CONTRACTS=1</c> the files are written anew.
/// </summary>
public sealed class ContractDocumentTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2 };

    private static string Folder => Path.Combine(LocalHost.Repository.Root, "contracts");

    [Fact]
    public async Task Documents_say_what_the_records_say()
    {
        var documents = Documents();
        if (Environment.GetEnvironmentVariable("PATHWAYS_WRITE_CONTRACTS") == "1")
        {
            foreach (var (file, text) in documents)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, file))!);
                await File.WriteAllTextAsync(Path.Combine(Folder, file), text, TestContext.Current.CancellationToken);
            }
        }

        foreach (var (file, text) in documents)
        {
            Assert.True(File.Exists(Path.Combine(Folder, file)), $"contracts/{file} is missing. Run this test with PATHWAYS_WRITE_CONTRACTS=1.");
            string committed = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
            Assert.True(committed == text, $"contracts/{file} has drifted from the records. Run this test with PATHWAYS_WRITE_CONTRACTS=1.");
        }
        string[] kept = [.. new[] { "schemas", "asyncapi" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Folder, folder))).Select(file => Path.GetRelativePath(Folder, file)).Order()];
        Assert.Equal(documents.Keys.Order(), kept);
    }

    [Fact]
    public void What_may_be_null_may_be_missing_and_the_rest_is_required()
    {
        var schema = EventSchemas.Of(typeof(CredentialIssued));

        string[] required = [.. schema["required"]!.AsArray().Select(name => (string)name!)];
        Assert.Contains("credentialId", required);
        Assert.DoesNotContain("validUntil", required);
        Assert.Equal("number", (string?)schema["properties"]!["scaledScore"]!["type"]);
        Assert.Equal("date-time", (string?)schema["properties"]!["validFrom"]!["format"]);
    }

    private static Dictionary<string, string> Documents()
    {
        var documents = PublicEvents.All.ToDictionary(type => $"schemas/{PublicEvents.NameOf(type).Type}.json", type => Text(EventSchemas.Of(type)));
        documents["schemas/cloudevent.json"] = Text(EventSchemas.CloudEvent());
        documents["asyncapi/pathways.json"] = Text(AsyncApi.Document());
        return documents;
    }

    private static string Text(JsonNode document) => document.ToJsonString(Indented) + "\n";
}
