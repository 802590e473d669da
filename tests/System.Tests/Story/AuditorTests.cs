using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>What somebody who trusts none of us does, with the command line, on the running system.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class AuditorTests(SharedSystem shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_heads_and_later_verifies_everything_offline_against_them()
    {
        using var folder = new TemporaryFolder("auditor");
        string heads = folder.Sub("heads"), export = folder.Sub("logs.jsonl");

        var kept = await RunAsync("audit", "heads", "keep", heads);
        var again = await RunAsync("audit", "heads", "keep", heads);
        var running = await RunAsync("audit", "verify", "--export", export, "--against", heads);
        var offline = await RunAsync("audit", "verify", export, "--against", heads);

        var services = SystemLog.ServicesOf(shared.Running).ToList();
        Assert.Equal(services, kept.Select(answer => (string)answer!["service"]!));
        Assert.All(again, answer => Assert.Null(answer!["fault"]));
        Assert.All(new[] { running, offline }, verdicts =>
        {
            Assert.Equal(services, verdicts.Select(verdict => (string)verdict!["service"]!));
            Assert.All(verdicts.Where(verdict => (long)verdict!["events"]! > 0), verdict => Assert.True((int)verdict!["keptHeads"]! > 0, verdict.ToJsonString()));
        });
        Assert.True(offline.Sum(verdict => (long)verdict!["events"]!) > 20);
    }

    [Fact]
    public async Task Is_told_when_there_are_no_heads_to_compare_with()
    {
        using var folder = new TemporaryFolder("auditor");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("audit", "verify", "--against", folder.Path));
        Assert.Contains("no-kept-heads", refused.Message, StringComparison.Ordinal);
    }

    private async Task<JsonArray> RunAsync(params string[] arguments)
        => JsonNode.Parse(await Script.RunAsync("pathways", Ct, [.. arguments, "--json", "--data", shared.Running.Data.Root]))!.AsArray();
}
