using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Recording;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class MappingOwnRules(RecordService record)
{
    private const string Path = "/learning-record/mapping-rules";
    private const string Finished = "https://example.edu/verbs/finished";

    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_institutions_own_rules_count_from_the_moment_they_are_set_and_say_their_version()
    {
        using var http = _lrs.Client("define");
        var (before, passed, failed, after) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(before, verb: Finished));
        await SetAsync(http, new { verbId = Finished, outcome = "completed", minScaledScore = 0.8m });
        await _lrs.StoreAsync(Make.Statement(passed, verb: Finished));
        await _lrs.StoreAsync(Make.Statement(failed, verb: Finished).With("result", System.Text.Json.Nodes.JsonNode.Parse("""{"score":{"scaled":0.5}}""")));
        await SetAsync(http, new { verbId = Finished, outcome = "mastered" });
        await _lrs.StoreAsync(Make.Statement(after, verb: Finished));

        Assert.Null(await AchievementAsync(before));
        Assert.Equal(("completed", "own-1"), await AchievementAsync(passed));
        Assert.Null(await AchievementAsync(failed));
        Assert.Equal(("mastered", "own-2"), await AchievementAsync(after));
        var first = await http.GetFromJsonAsync<JsonElement>(Path + "/1", Cancellation);
        Assert.Equal("completed", first.GetProperty("rules")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Other_institutions_keep_the_default_rules()
    {
        using var http = _lrs.Client("define");
        await SetAsync(http);
        var other = record.NewTenant();
        using var others = other.Client("define");
        Assert.Equal("default-1", (await others.GetFromJsonAsync<JsonElement>(Path, Cancellation)).GetProperty("version").GetString());
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        Assert.Null(await AchievementAsync(id));
    }

    [Theory]
    [InlineData("passed", "passed", "/rules/0/verbId")]
    [InlineData(Finished, "awarded", "/rules/0/outcome")]
    public async Task A_rule_that_can_not_be_is_refused_with_its_place(string verbId, string outcome, string place)
    {
        using var http = _lrs.Client("define");
        using var answer = await http.PutAsJsonAsync(Path, new { rules = new[] { new { verbId, outcome } } }, Cancellation);
        Assert.Equal((400, "mapping-invalid", place), await Lrs.ProblemAsync(answer));
    }

    [Fact]
    public async Task No_rule_at_all_is_refused_with_its_place()
    {
        using var http = _lrs.Client("define");
        using var answer = await http.PutAsJsonAsync(Path, new { rules = new object?[] { null } }, Cancellation);
        Assert.Equal((400, "invalid-json", "/rules/0"), await Lrs.ProblemAsync(answer));
    }

    private static async Task SetAsync(HttpClient http, params object[] rules)
    {
        using var answer = await http.PutAsJsonAsync(Path, new { rules }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<(string, string)?> AchievementAsync(Guid id)
    {
        await foreach (var recorded in record.Service.Services.GetRequiredService<IEventStore>().ReadStreamAsync(_lrs.Tenant, StatementStream.Name(id), 0, Cancellation))
        {
            if (recorded.Data is AchievementRecorded achievement) return (achievement.Outcome, achievement.MappingVersion);
        }
        return null;
    }
}
