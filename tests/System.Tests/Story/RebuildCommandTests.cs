using System.Text.Json.Nodes;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>An operator has a read model built again while everything runs.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class RebuildCommandTests(SharedSystem shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rebuilds_a_projection_by_its_name_and_comes_back_when_it_is_done()
    {
        var answer = JsonNode.Parse(await RebuildAsync("pathway-stacking", "pathway_list", "--json"))!;

        Assert.StartsWith("pathway_list_v", (string)answer["name"]!, StringComparison.Ordinal);
        Assert.True((bool)answer["rebuild"]!["finished"]!);
        Assert.True((long)answer["rebuild"]!["position"]! > 0, answer.ToJsonString());
        var listed = JsonNode.Parse(await RebuildAsync("pathway-stacking", "--json"))!.AsArray();
        Assert.Contains(listed, projection => (string)projection!["name"]! == (string)answer["name"]! && projection["rebuild"] is not null);
        Assert.Contains("finished", await RebuildAsync("pathway-stacking"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_so_when_a_service_has_no_read_models()
        => Assert.Contains("access has no read models.", await RebuildAsync("access"), StringComparison.Ordinal);

    [Fact]
    public async Task Refuses_a_projection_that_there_is_not()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RebuildAsync("pathway-stacking", "no_such_list"));

        Assert.Contains("There is no such projection", refused.Message, StringComparison.Ordinal);
    }

    private Task<string> RebuildAsync(params string[] arguments)
        => Script.RunAsync("pathways", Ct, ["rebuild", .. arguments, "--data", shared.Running.Data.Root]);
}
