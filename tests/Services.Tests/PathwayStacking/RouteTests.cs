using System.Net;
using System.Text.Json;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>What a registrar does over HTTP beyond import and enrolment.</summary>
public sealed class RouteTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>
{
    private HttpClient Registrar => stacking.Registrar;

    [Fact]
    public async Task A_waiver_completes_a_stack_until_it_is_lifted()
    {
        var stack = await stacking.EnrolAsync("route-1", await stacking.PublishAsync("waived", 2, "R1", "R2"));
        await stacking.DeliverAsync(stacking.Issued("route-1", "route-1-R1", "R1"));
        var waiver = Exception("waiver-1", "Waiver", "https://hutchinson.example/waived/R2");

        var granted = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/interventions", waiver);
        var again = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/interventions", waiver);
        Assert.Equal((HttpStatusCode.Created, "satisfied", 1), (granted.Status, granted.Json.GetProperty("verdict").GetString(), granted.Json.GetProperty("interventions").GetArrayLength()));
        Assert.Equal(granted.Json.GetProperty("decisionHash").GetString(), again.Json.GetProperty("decisionHash").GetString());

        var registrar = await Registrar.ReadAsync($"pathway-stacking/stacks/{stack}/explanation?for=registrar");
        Assert.Contains(Lines(registrar), line => line.Contains("waiver-1", StringComparison.Ordinal) && line.Contains("Dean", StringComparison.Ordinal));
        Assert.Contains(Lines(await Registrar.ReadAsync($"pathway-stacking/stacks/{stack}/explanation?for=auditor")), line => line.Contains("the separate verifier accepts it", StringComparison.Ordinal));
        Assert.Contains(Lines(await Registrar.ReadAsync($"pathway-stacking/stacks/{stack}/explanation")), line => line.StartsWith("You have completed", StringComparison.Ordinal));

        var lifted = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/interventions/waiver-1/lift", new { author = "registrar-1", reason = "granted in error" });
        Assert.Equal((HttpStatusCode.OK, "not-satisfied"), (lifted.Status, lifted.Json.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task What_if_answers_and_stores_nothing()
    {
        var stack = await stacking.EnrolAsync("route-2", await stacking.PublishAsync("supposed", 2, "S1", "S2", "S3"));
        await stacking.DeliverAsync(stacking.Issued("route-2", "route-2-S1", "S1"));
        var before = await stacking.StackAsync(stack);

        var supposed = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/what-if", new { planned = new[] { new { id = "planned", achievementId = "S2" } } });
        var without = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/what-if", new { without = new[] { "route-2-S1" } });
        var best = await Registrar.PostJsonAsync(
            $"pathway-stacking/stacks/{stack}/next-best", new { offers = new[] { new { achievementId = "S3", cost = 200 }, new { achievementId = "S2", cost = 100 }, new { achievementId = "elsewhere", cost = 1 } } });

        Assert.Equal(("not-satisfied", "satisfied"), (Verdict(supposed, "actual"), Verdict(supposed, "supposed")));
        Assert.Contains("The verdict becomes satisfied; it is not satisfied.", supposed.Json.GetProperty("differences").EnumerateArray().Select(line => line.GetString()));
        Assert.Equal(0, without.Json.GetProperty("supposed").GetProperty("requirementsMet").GetInt32());
        Assert.Equal(["S2", "S3"], best.Json.EnumerateArray().Select(next => next.GetProperty("offer").GetProperty("achievementId").GetString()));
        Assert.Equal(before.Headers.ETag, (await stacking.StackAsync(stack)).Headers.ETag);
    }

    [Fact]
    public async Task The_two_ways_of_telling_progress_are_explained_where_they_are_read()
    {
        var decision = (await Registrar.ReadAsync("/pathway-stacking/openapi.json")).Json.GetProperty("components").GetProperty("schemas").GetProperty("StackEvaluated").GetProperty("properties");
        Assert.Contains("way", decision.GetProperty("requirementsMet").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("requirementsMet", decision.GetProperty("met").GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_changes_its_version_and_the_difference_can_be_read_before()
    {
        var pathway = await stacking.PublishAsync("versions", 1, "V1");
        var stack = await stacking.EnrolAsync("route-3", pathway);
        await stacking.DeliverAsync(stacking.Issued("route-3", "route-3-V1", "V1"));
        await stacking.DeliverAsync(stacking.Issued("route-3", "route-3-V2", "V2"));
        Assert.Equal(pathway, await stacking.PublishAsync("versions", 2, "V1", "V2"));

        var versions = (await Registrar.ReadAsync($"pathway-stacking/pathways/{pathway}/versions")).Json;
        var diff = (await Registrar.ReadAsync($"pathway-stacking/pathways/{pathway}/diff?from=1&to=2")).Json;
        Assert.Equal([1, 2], versions.EnumerateArray().Select(version => version.GetProperty("version").GetInt32()));
        Assert.Contains("V2", diff.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, (await stacking.StackAsync(stack)).Json.GetProperty("pathwayVersion").GetInt32());

        // What did not concern the old version counts in the new one.
        var changed = await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/version", new { reason = "the learner asked for it" });
        Assert.Equal((2, "satisfied"), (changed.Json.GetProperty("pathwayVersion").GetInt32(), changed.Json.GetProperty("verdict").GetString()));

        var exported = await Registrar.ReadAsync($"pathway-stacking/pathways/{pathway}/ctdl?version=1");
        var document = await Registrar.ReadAsync($"pathway-stacking/pathways/{pathway}/document?version=1");
        Assert.Equal(0, exported.Json.GetProperty("losses").GetArrayLength());
        Assert.Equal(StackingUnderTest.Document("versions", 1, "V1"), document.Body);
    }

    [Fact]
    public async Task What_is_not_there_is_said_so()
    {
        var stack = await stacking.EnrolAsync("route-4", await stacking.PublishAsync("absent", 1, "N1"));
        (string Code, Answer Answer)[] answers =
        [
            ("stack-not-found", await Registrar.PostJsonAsync("pathway-stacking/stacks/none/interventions", Exception("i", "Waiver", "c"))),
            ("stack-not-found", await Registrar.PostJsonAsync("pathway-stacking/stacks/none/what-if", new { })),
            ("stack-not-found", await Registrar.ReadAsync("pathway-stacking/stacks/none/explanation")),
            ("pathway-not-found", await Registrar.ReadAsync("pathway-stacking/pathways/none/versions")),
            ("pathway-not-found", await Registrar.ReadAsync("pathway-stacking/pathways/none/diff")),
            ("pathway-not-found", await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/version", new { reason = "r", version = 7 })),
            ("pathway-not-found", await Registrar.PostJsonAsync($"pathway-stacking/stacks/{stack}/what-if", new { pathwayId = "none" })),
        ];

        Assert.All(answers, pair =>
        {
            Assert.Equal((HttpStatusCode.NotFound, pair.Code), (pair.Answer.Status, pair.Answer.ProblemCode));
            Assert.NotEqual("", pair.Answer.Json.GetProperty("remedy").GetString());
        });
    }

    internal static object Exception(string id, string kind, string component, string? evidence = null, DateTimeOffset? expires = null)
        => new { id, kind, componentId = component, evidenceId = evidence, author = "registrar-1", authority = "Dean of studies", reason = "agreed", expiresAt = expires };

    private static string? Verdict(Answer answer, string of) => answer.Json.GetProperty(of).GetProperty("verdict").GetString();

    private static List<string> Lines(Answer answer) => [.. answer.Json.GetProperty("lines").EnumerateArray().Select(line => line.GetString()!)];
}
