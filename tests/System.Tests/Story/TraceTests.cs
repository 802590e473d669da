using System.Diagnostics;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>One trace runs from the HTTP request through events, broker and consumers of the other services to the feed.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class TraceTests(SharedSystem shared)
{
    private static readonly string[] Services = ["learning-record", "credential-issuance", "pathway-stacking", "institution-feed"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_trace_runs_from_the_request_to_the_feed()
    {
        using var story = await WeldingStory.EnrolAsync(shared.Running, "traced", Ct);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var statement = new JsonObject
        {
            ["actor"] = WeldingStory.Actor(WeldingStory.College, "traced"),
            ["verb"] = new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/passed" },
            ["object"] = new JsonObject { ["id"] = "https://hutchinson.example/activities/we104" },
            ["result"] = new JsonObject { ["score"] = new JsonObject { ["scaled"] = 0.9 } },
        };

        await story.AtCollege.PostAsync(
            "xapi/statements", statement, Ct, ("X-Experience-API-Version", "2.0.0"), ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01"));

        await Eventually.TrueAsync(
            () => Services.All(service => shared.Telemetry.Spans.Any(span => span.Service == service && span.TraceId == trace)),
            TimeSpan.FromSeconds(30), $"spans of {string.Join(", ", Services)} in one trace", Ct);
        var personal = shared.Telemetry.Spans.SelectMany(span => span.Attributes.Values).Where(value => value.Contains("traced", StringComparison.Ordinal));
        Assert.Empty(personal);
    }
}
