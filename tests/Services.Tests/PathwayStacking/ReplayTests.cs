using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.EventStore.Integrity;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary><c>deploy/pathways audit replay FILE</c> on the log of a service that ran: the log alone gives every decision again.</summary>
public sealed class ReplayTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>
{
    [Fact]
    public async Task Each_decision_of_a_running_service_comes_out_the_same_and_a_changed_one_is_found()
    {
        var pathway = await stacking.PublishAsync("replayed", 2, "P1", "P2", "P3");
        var stack = await stacking.EnrolAsync("replay-1", pathway);
        await stacking.EnrolAsync("replay-2", pathway);
        // In an order in which a decision from scratch would use others than those that were used.
        foreach (var course in (string[])["P3", "P2", "P1"]) await stacking.DeliverAsync(stacking.Issued("replay-1", $"replay-1-{course}", course));
        await stacking.DeliverAsync(stacking.Issued("replay-2", "replay-2-P1", "P1", stacking.Clock.GetUtcNow().AddDays(1)));
        await stacking.Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/interventions", RouteTests.Exception("w", "Waiver", "https://hutchinson.example/replayed/P1"));
        await stacking.RevokeAsync("replay-1", "replay-1-P3");
        await stacking.PublishAsync("replayed", 3, "P1", "P2", "P3");
        await stacking.Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/version", new { reason = "moved" });

        using var folder = new TemporaryFolder("replay");
        var entries = await EntriesAsync();
        var (wholeCode, whole) = await ReplayAsync(folder, entries);
        Assert.Equal((9, 0, 0), ((int)whole["decisions"]!, whole["faults"]!.AsArray().Count, wholeCode));

        var decision = entries.FindLastIndex(entry => entry["event"]!["type"]!.GetValue<string>() == "stack_evaluated");
        Assert.Contains("not the hash of what it says", await FaultAsync(folder, Changed(entries, decision, data => data["Verdict"] = "Satisfied")), StringComparison.Ordinal);
        var evidence = entries.FindIndex(entry => entry["event"]!["type"]!.GetValue<string>() == "evidence_added");
        Assert.Contains("other evidence", await FaultAsync(folder, Changed(entries, evidence, data => data["Evidence"]!["Credits"] = 30)), StringComparison.Ordinal);
    }

    private static async Task<string> FaultAsync(TemporaryFolder folder, List<JsonNode> entries)
    {
        var (code, answer) = await ReplayAsync(folder, entries);
        Assert.Equal(1, code);
        return (string)answer["faults"]![0]!["fault"]!;
    }

    private static List<JsonNode> Changed(List<JsonNode> entries, int index, Action<JsonNode> change)
    {
        var changed = entries.ConvertAll(entry => entry.DeepClone());
        var stored = changed[index]["event"]!;
        var data = JsonNode.Parse((string)stored["data"]!)!;
        change(data);
        stored["data"] = data.ToJsonString();
        return changed;
    }

    /// <summary>The sealed log as an operator exports it, when everything in it is sealed.</summary>
    private async Task<List<JsonNode>> EntriesAsync()
    {
        using var operatorClient = stacking.Service.Client("*", "operator");
        List<JsonNode> entries = [];
        await Eventually.TrueAsync(
            async () =>
            {
                entries = [.. JsonNode.Parse((await operatorClient.ReadAsync("pathway-stacking/audit/log?after=0&limit=200")).Body)!["items"]!.AsArray().Select(entry => entry!)];
                return entries.Count(entry => (string?)entry["event"]!["type"] == "pathway_version_changed") == 1;
            },
            TimeSpan.FromSeconds(20), "the log is sealed", TestContext.Current.CancellationToken);
        return entries;
    }

    private static async Task<(int ExitCode, JsonNode Answer)> ReplayAsync(TemporaryFolder folder, List<JsonNode> entries)
    {
        var file = folder.Sub("log.jsonl");
        var lines = entries.Select(entry => JsonSerializer.Deserialize<LogLine>(entry, JsonSerializerOptions.Web)!.ToEntry()).ToAsyncEnumerable();
        await LogFile.WriteAsync(file, Logs(lines), TestContext.Current.CancellationToken);
        return await CommandLine.AskAsync(folder.Path, TestContext.Current.CancellationToken, "audit", "replay", file);

        static async IAsyncEnumerable<ServiceLog> Logs(IAsyncEnumerable<LogEntry> entries)
        {
            await Task.CompletedTask;
            yield return new ServiceLog("pathway-stacking", null, [], new LogHead(0, new byte[32]), entries);
        }
    }
}
