using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>Anybody with a file in hand can ask the command line whether it is good.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class VerifyCommandTests(SharedSystem shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verifies_a_file_and_says_what_is_wrong_with_a_changed_one()
    {
        using var registrar = await DoorClient.OfAsync(shared.Running, WeldingStory.College, "issue define", Ct);
        var achievements = await registrar.GetAsync("credential-issuance/achievements?limit=1", Ct);
        var awarded = await registrar.PostAsync("credential-issuance/credentials", new JsonObject
        {
            ["achievementId"] = (string)achievements["items"]![0]!["id"]!, ["learnerId"] = $"learner-{Guid.NewGuid():N}", ["reason"] = "Prior learning",
        }, Ct);
        using var anybody = DoorClient.Anonymous(shared.Running);
        var document = (await anybody.GetAsync(new Uri((string)awarded["credentialId"]!).AbsolutePath.TrimStart('/'), Ct)).AsObject();
        using var folder = new TemporaryFolder("verify");
        string file = Path.Combine(folder.Path, "badge.json");

        await File.WriteAllTextAsync(file, document.ToJsonString(), Ct);
        var answer = JsonNode.Parse(await VerifyAsync(file, "--json"))!;
        Assert.True((bool)answer["verified"]!, answer.ToJsonString());

        document["name"] = "Doctor of Welding";
        await File.WriteAllTextAsync(file, document.ToJsonString(), Ct);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => VerifyAsync(file));
        Assert.Contains("NOT VERIFIED", refused.Message, StringComparison.Ordinal);
        Assert.Contains("FAILED  signature", refused.Message, StringComparison.Ordinal);
    }

    private Task<string> VerifyAsync(string file, params string[] options)
        => Script.RunAsync("pathways", Ct, ["verify", file, "--data", shared.Running.Data.Root, .. options]);
}
