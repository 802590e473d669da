using System.Diagnostics;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>One learner's results become credentials, a certificate, recognised credit and a degree, by events alone.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class StoryTests(SharedSystem shared)
{
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_learners_results_become_a_degree_within_five_seconds_and_anyone_can_check_why()
    {
        using var story = await WeldingStory.EnrolAsync(shared.Running, "maria", Ct);
        await story.AtCollege.PostAsync("feed/queues", new JsonObject(), Ct);

        var clock = Stopwatch.StartNew();
        await story.SendProviderResultAsync(Ct);
        await story.SendResultsAsync(Ct);
        await story.AskForCreditAsync(await story.ProviderCredentialAsync(Ct), Ct);
        await Eventually.TrueAsync(() => story.IsCompleteAsync(Ct), Bar, "both stacks complete and their credentials issued", Ct);
        var feed = new FeedReader(story.AtCollege);
        await Eventually.TrueAsync(async () => await feed.TellsAsync("credit-recognised", Ct) && await feed.TellsAsync("stack-completed", Ct), Bar, "the feed tells of it", Ct);
        TestContext.Current.TestOutputHelper!.WriteLine($"The story took {clock.Elapsed.TotalSeconds:0.00} s.");
        Assert.True(clock.Elapsed < Bar, $"The story took {clock.Elapsed.TotalSeconds:0.00} s; 5 are allowed.");

        var credentials = await story.CredentialsAsync(Ct);
        Assert.Equal(19, credentials.Count);
        await Assert_others_verify(credentials);
        await Assert_the_queue_holds_every_event(feed);
        foreach (var stack in story.Stacks) await Assert_the_chain_is_complete(stack);
        Assert.Empty(await Invariants.ViolationsAsync(shared.Running, story, Ct));
        await Assert_reads_are_recorded(story.LearnerId);
    }

    /// <summary>All of the reads above were somebody's, and for something.</summary>
    private async Task Assert_reads_are_recorded(string learnerId)
    {
        var disclosures = JsonNode.Parse(await Script.RunAsync(
            "pathways", Ct, "audit", "disclosures", learnerId, "--tenant", WeldingStory.College, "--json", "--data", shared.Running.Data.Root))!.AsArray();
        foreach (var service in new[] { "credential-issuance", "pathway-stacking" })
            Assert.Contains(disclosures, disclosure => (string)disclosure!["service"]! == service && (string?)disclosure["purpose"] is not null && (string?)disclosure["clientId"] == "operator");
    }

    /// <summary>Digital Bazaar's libraries and jose, with nothing but the issuer's DID document; and they refuse what was changed.</summary>
    private async Task Assert_others_verify(IReadOnlyList<JsonNode> credentials)
    {
        using var anybody = DoorClient.Anonymous(shared.Running);
        var did = (await anybody.GetAsync($"issuers/{WeldingStory.College}/did.json", Ct)).AsObject();
        var requests = new List<JsonObject>();
        foreach (var credential in credentials)
        {
            var path = new Uri((string)credential["credentialId"]!).AbsolutePath.TrimStart('/');
            var document = await anybody.GetAsync(path, Ct);
            requests.Add(Request("credential", document, did));
            requests.Add(Request("jwt", JsonValue.Create(await anybody.TextAsync(path + ".jwt", Ct)), did));
        }

        Assert.All(await Interop.AskAsync([.. requests]), verdict => Assert.True(verdict.Verified, verdict.ToString()));

        var forged = requests[0]["document"]!.DeepClone();
        forged["credentialSubject"]!["achievement"]!["name"] = "Doctor of Welding";
        Assert.False((await Interop.VerifyAsync("credential", forged, did)).Verified);
    }

    private static JsonObject Request(string kind, JsonNode document, JsonObject did)
        => new() { ["kind"] = kind, ["document"] = document.DeepClone(), ["didDocument"] = did.DeepClone() };

    private async Task Assert_the_queue_holds_every_event(FeedReader feed)
    {
        await feed.ReadOnAsync(Ct);
        var told = feed.Events.Select(cloudEvent => (string)cloudEvent["id"]!).ToHashSet();
        var queued = await InstitutionQueue.ReadAllAsync(shared.Running, WeldingStory.College, told.Count, Ct);

        Assert.All(queued, cloudEvent => Assert.Equal("1.0", (string?)cloudEvent["specversion"]));
        Assert.Equal(told.Order(), queued.Select(cloudEvent => (string)cloudEvent["id"]!).Distinct().Order());
        await Script.RunAsync("pathways", Ct, "feed", "user", "revoke", "--tenant", WeldingStory.College, "--reason", "The story is told.", "--data", shared.Running.Data.Root);
        string left = await Script.RunAsync("pathways", Ct, "feed", "user", "list", "--tenant", WeldingStory.College, "--data", shared.Running.Data.Root);
        Assert.Contains("revoked", left, StringComparison.Ordinal);
    }

    private async Task Assert_the_chain_is_complete(string stackId)
    {
        var chain = JsonNode.Parse(await Script.RunAsync("pathways", Ct, "audit", "stack", stackId, "--json", "--data", shared.Running.Data.Root))!;
        var events = chain["events"]!.AsArray();

        Assert.True((bool)chain["complete"]!);
        Assert.StartsWith("Everything holds", (string?)chain["verdict"], StringComparison.Ordinal);
        var told = await Script.RunAsync("pathways", Ct, "audit", "stack", stackId, "--data", shared.Running.Data.Root);
        Assert.StartsWith("Everything holds", told.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string> { "statement_stored", "achievement_recorded", "achievement_published", "credential_issued", "pathway_published", "stack_evaluated", "stack_completed" },
            events.Select(e => (string)e!["type"]!).ToHashSet());
        Assert.All(events, e => Assert.NotNull((long?)e!["position"]));
        Assert.All(events, e => Assert.NotNull((string?)e!["hash"]));
    }
}
