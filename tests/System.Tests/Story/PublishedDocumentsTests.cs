using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>Documents that others published are imported by the command line as they are, warts and all.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class PublishedDocumentsTests(SharedSystem shared)
{
    private static readonly string Published = Path.Combine(Repository.Root, "..", "shared", "data", "ctdl-pathways", "Pathway-Examples");

    [Theory]
    [InlineData("Badgr/Badgr (Final) - EmpoweringTeachingExcellence_Nate.json", 103)]
    [InlineData("Kansas/HutchinsonWeldingAAS.json", 23)]
    public async Task Is_imported_with_warnings_and_published(string file, int components)
    {
        Assert.SkipUnless(Directory.Exists(Published), "The published CTDL examples are not beside the repository.");

        var answer = JsonNode.Parse(await Script.RunAsync(
            "pathways", TestContext.Current.CancellationToken, "import", "pathway", Path.Combine(Published, file), "--tenant", "utah-state", "--json", "--data", shared.Running.Data.Root))!;

        var pathways = answer["pathways"]!.AsArray();
        Assert.NotEmpty(pathways);
        Assert.True(pathways.Sum(pathway => (int)pathway!["components"]!) == components, answer.ToJsonString());
        Assert.All(pathways, pathway => Assert.True((bool)pathway!["isNew"]!));
    }

    [Fact]
    public async Task A_dry_run_does_not_claim_to_have_published()
    {
        using var folder = new TemporaryFolder("dry-run");
        string compact = Path.Combine(folder.Path, "welding.yaml"), ctdl = Path.Combine(folder.Path, "welding.jsonld");
        await File.WriteAllTextAsync(compact, """
            pathway: https://college.example/pathways/dry-run
            name: Dry welding
            goal: certificate
            components:
              certificate: {name: Welding Certificate, kind: credential, requires: [we104]}
              we104: {name: Safety, kind: course, code: WE104}
            """, TestContext.Current.CancellationToken);
        await Script.RunAsync("pathways", TestContext.Current.CancellationToken, "pathway", "convert", compact, "--out", ctdl);
        string[] import = ["import", "pathway", ctdl, "--tenant", "utah-state", "--data", shared.Running.Data.Root];

        // The second would be unchanged, had the first stored anything.
        for (int time = 1; time <= 2; time++)
        {
            string dry = await Script.RunAsync("pathways", TestContext.Current.CancellationToken, [.. import, "--dry-run"]);
            Assert.Contains("version 1 would be published", dry, StringComparison.Ordinal);
            Assert.Contains("Nothing is stored", dry, StringComparison.Ordinal);
        }
        Assert.Contains("version 1 published", await Script.RunAsync("pathways", TestContext.Current.CancellationToken, import), StringComparison.Ordinal);
    }
}
