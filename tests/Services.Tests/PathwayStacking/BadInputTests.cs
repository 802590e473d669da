using System.Net;
using System.Text.Json;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>What makes no sense is refused with a code, the place and what to do, and nothing is half done.</summary>
public sealed class BadInputTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>
{
    private const string Root = "https://hutchinson.example/bad";

    public static TheoryData<string, string> Documents => new()
    {
        { "pathway-cyclic", Graph(Node("goal", Needs(1, "a")), Node("a", Needs(1, "b")), Node("b", Needs(1, "a"))) },
        { "required-number-zero", Graph(Node("goal", Needs(0, "a")), Node("a")) },
        { "required-number-too-large", Graph(Node("goal", Needs(3, "a")), Node("a")) },
        { "duplicate-id", Graph(Node("goal", Needs(1, "a")), Node("a"), Node("a", """, "ceterms:codedNotation": "other" """)) },
        { "number-out-of-range", Graph(Node("goal", Needs(1, "a")), Node("a", Credit("-3"))) },
        { "number-out-of-range", Graph(Node("goal", Needs(1, "a")), Node("a", Credit("1e300"))) },
        { "number-out-of-range", Graph(Node("goal", Needs(-1, "a")), Node("a")) },
        { "pathway-without-destination", Graph(Node("elsewhere")) },
        { "document-malformed", "{\"@graph\":[" },
        { "pathway-not-found", "{\"@graph\":[]}" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_document_that_cannot_be_a_pathway_is_refused_with_its_place(string code, string document)
    {
        var refused = await stacking.Registrar.PostTextAsync("pathway-stacking/pathways/import", document);

        AssertRefused(refused, code, place: code is not "pathway-not-found");
    }

    [Fact]
    public async Task A_pathway_of_ten_thousand_components_is_published_and_one_more_is_refused()
    {
        var courses = Enumerable.Range(0, 10_000).Select(number => $"N{number}").ToArray();
        var accepted = await stacking.Registrar.PostTextAsync("pathway-stacking/pathways/import", StackingUnderTest.Document("vast", 1, courses[..9_999]));
        var refused = await stacking.Registrar.PostTextAsync("pathway-stacking/pathways/import", StackingUnderTest.Document("too-vast", 1, courses));

        Assert.Equal(10_000, accepted.Json.GetProperty("pathways")[0].GetProperty("components").GetInt32());
        AssertRefused(refused, "pathway-too-large");
        var stack = await stacking.EnrolAsync("bad-vast", accepted.Json.GetProperty("pathways")[0].GetProperty("pathwayId").GetString()!);
        await stacking.DeliverAsync(stacking.Issued("bad-vast", "bad-vast-1", "N77"));
        Assert.Equal("satisfied", await stacking.VerdictAsync(stack));
    }

    [Fact]
    public async Task Credit_in_an_unknown_unit_leaves_a_credit_minimum_unknown()
    {
        // The compact rules travel in CTDL as nodes of our extension.
        var document = Graph(
            Node("goal", Needs(1, "a")), Node("a")).Replace(
            "\"@type\":\"ceterms:Pathway\"",
            $$"""
            "@type":"ceterms:Pathway","pathways:hasRule":[{"@type":"pathways:CreditMinimum","pathways:of":["{{Root}}/goal"],"pathways:credits":3,"pathways:unit":"creditUnit:SemesterHour"}]
            """, StringComparison.Ordinal);
        var imported = await stacking.Registrar.PostTextAsync("pathway-stacking/pathways/import", document.Replace(
            "{\"@graph\"", "{\"@context\":{\"pathways\":\"https://pathways.example/ns/ctdl#\",\"ceterms\":\"https://purl.org/ctdl/terms/\"},\"@graph\"", StringComparison.Ordinal));
        Assert.True(imported.Status == HttpStatusCode.OK, imported.ToString());
        var stack = await stacking.EnrolAsync("bad-unit", imported.Json.GetProperty("pathways")[0].GetProperty("pathwayId").GetString()!);

        await stacking.DeliverAsync(stacking.Issued("bad-unit", "bad-unit-1", $"{Root}/a") with { Credit = new(3, null) });
        Assert.Equal("unknown", await stacking.VerdictAsync(stack));
        await stacking.DeliverAsync(stacking.Issued("bad-unit", "bad-unit-2", $"{Root}/a"));
        Assert.Equal("satisfied", await stacking.VerdictAsync(stack));
    }

    [Theory]
    [InlineData("what-if", """{"planned":[null]}""", "/planned/0")]
    [InlineData("what-if", """{"interventions":[null]}""", "/interventions/0")]
    [InlineData("what-if", """{"without":["a",null]}""", "/without/1")]
    [InlineData("next-best", """{"offers":[null]}""", "/offers/0")]
    [InlineData("next-best", """{"offers":[{"achievementId":"a","cost":1,"identifiers":[null]}]}""", "/offers/0/identifiers/0")]
    public async Task A_null_in_a_list_is_refused_with_its_place(string question, string body, string place)
    {
        var refused = await stacking.Registrar.PostTextAsync($"pathway-stacking/stacks/any/{question}", body);

        AssertRefused(refused, "invalid-json");
        Assert.Equal(place, refused.Json.GetProperty("place").GetString());
    }

    [Fact]
    public async Task Credits_that_no_system_knows_do_not_count_and_stop_nothing()
    {
        var stack = await stacking.EnrolAsync("bad-credit", await stacking.PublishAsync("credits", 1, "K1"));

        await stacking.DeliverAsync(stacking.Issued("bad-credit", "bad-credit-1", "K1") with { Credit = new(-5, "creditUnit:SemesterHour") });
        await stacking.DeliverAsync(stacking.Issued("bad-credit", "bad-credit-2", "K1") with { Credit = new(decimal.MaxValue, "creditUnit:SemesterHour") });
        Assert.Equal("not-satisfied", await stacking.VerdictAsync(stack));
        await stacking.DeliverAsync(stacking.Issued("bad-credit", "bad-credit-3", "K1"));
        Assert.Equal("satisfied", await stacking.VerdictAsync(stack));
    }

    [Fact]
    public async Task Senseless_exceptions_and_suppositions_are_refused_with_their_place()
    {
        var stack = await stacking.EnrolAsync("bad-exception", await stacking.PublishAsync("exceptions", 1, "E1"));
        const string course = "https://hutchinson.example/exceptions/E1";
        var interventions = $"pathway-stacking/stacks/{stack}/interventions";
        var future = stacking.Clock.GetUtcNow().AddDays(1);

        AssertRefused(await PostAsync(interventions, RouteTests.Exception("i1", "Waiver", "urn:elsewhere")), "unknown-component");
        AssertRefused(await PostAsync(interventions, RouteTests.Exception("i2", "ForcedUse", course)), "intervention-incomplete");
        AssertRefused(await PostAsync(interventions, RouteTests.Exception("i3", "ForcedUse", course, "urn:not-held")), "unknown-evidence");
        AssertRefused(await PostAsync(interventions, new { id = "i4", kind = "Waiver", componentId = course, author = " ", authority = "Dean", reason = "none" }), "intervention-incomplete");
        AssertRefused(await PostAsync(interventions, Substituting("i5", new { id = "e", achievementId = "E", awardedAt = future })), "evidence-from-the-future");
        AssertRefused(await PostAsync(interventions, Substituting("i6", new { id = "e", achievementId = "E", credits = -1 })), "credit-out-of-range");
        AssertRefused(await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { planned = new[] { new { id = "e", achievementId = "E", credits = 1e9 } } }), "credit-out-of-range");
        AssertRefused(await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { interventions = new[] { new { kind = "Waiver", componentId = "urn:elsewhere" } } }), "unknown-component");
        AssertRefused(await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { without = new[] { "urn:not-held" } }), "unknown-evidence");
        AssertRefused(await PostAsync($"pathway-stacking/stacks/{stack}/version", new { reason = " " }), "reason-missing");
        AssertRefused(await PostAsync("pathway-stacking/enrolments", new { learnerId = " ", pathwayId = "p" }), "learner-missing");
        AssertRefused(await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { planned = new[] { new { id = "e", achievementId = "E1" }, new { id = "e", achievementId = "E2" } } }), "duplicate-id");
        Assert.Equal(0, (await stacking.StackAsync(stack)).Json.GetProperty("interventions").GetArrayLength());

        object Substituting(string id, object evidence)
            => new { id, kind = "Substitution", componentId = course, evidenceId = "e", author = "registrar-1", authority = "Dean", reason = "agreed", evidence };
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e28")]
    [InlineData("0.00000001")]
    public async Task An_offer_of_credit_that_can_not_be_is_refused_with_its_place(string credits)
    {
        var stack = await stacking.EnrolAsync($"bad-offer {credits}", await stacking.PublishAsync("offers", 1, "O1"));

        var refused = await stacking.Registrar.PostTextAsync(
            $"pathway-stacking/stacks/{stack}/next-best", $$"""{"offers":[{"achievementId":"O1","cost":1},{"achievementId":"O2","cost":1,"credits":{{credits}}}]}""");

        AssertRefused(refused, "credit-out-of-range");
        Assert.Equal("/offers/1/credits", refused.Json.GetProperty("place").GetString());
    }

    [Fact]
    public async Task A_credential_that_can_not_be_taken_does_not_stop_a_look_at_another_pathway()
    {
        var stack = await stacking.EnrolAsync("bad-elsewhere", await stacking.PublishAsync("looked-from", 1, "L1"));
        var other = await stacking.PublishAsync("looked-at", 1, "L2");
        await stacking.DeliverAsync(stacking.Issued("bad-elsewhere", "bad-elsewhere-1", "L2") with { Credit = new(0.12345678m, "creditUnit:SemesterHour") });

        var supposed = await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { pathwayId = other });
        await stacking.DeliverAsync(stacking.Issued("bad-elsewhere", "bad-elsewhere-2", "L2"));
        var sound = await PostAsync($"pathway-stacking/stacks/{stack}/what-if", new { pathwayId = other });

        Assert.Equal((HttpStatusCode.OK, "not-satisfied"), (supposed.Status, Verdict(supposed)));
        Assert.Equal((HttpStatusCode.OK, "satisfied"), (sound.Status, Verdict(sound)));

        static string? Verdict(Answer answer) => answer.Json.GetProperty("supposed").GetProperty("verdict").GetString();
    }

    private Task<Answer> PostAsync(string path, object body) => stacking.Registrar.PostJsonAsync(path, body);

    private static void AssertRefused(Answer answer, string code, bool place = true)
    {
        Assert.True((HttpStatusCode.BadRequest, code) == (answer.Status, answer.ProblemCode), answer.ToString());
        if (place) Assert.False(string.IsNullOrEmpty(Text("place")), answer.ToString());
        Assert.False(string.IsNullOrEmpty(Text("remedy")), answer.ToString());

        string? Text(string member) => answer.Json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static string Graph(params string[] nodes)
        => $$"""{"@graph":[{"@id":"{{Root}}","@type":"ceterms:Pathway","ceterms:name":{"en":"Bad"},"ceterms:hasDestinationComponent":["{{Root}}/goal"]},{{string.Join(',', nodes)}}]}""";

    private static string Node(string id, string more = "")
        => $$"""{"@id":"{{Root}}/{{id}}","@type":"ceterms:{{(id == "goal" ? "CredentialComponent" : "CourseComponent")}}","ceterms:name":{"en":"{{id}}"}{{more}}}""";

    private static string Needs(int number, string target)
        => $$""","ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":{{number}},"ceterms:targetComponent":["{{Root}}/{{target}}"]}]""";

    private static string Credit(string value)
        => $$""","ceterms:creditValue":[{"@type":"ceterms:ValueProfile","schema:value":{{value}}}]""";
}
