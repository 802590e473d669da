using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>What cannot be taken is refused through the door with a problem document: a stable code, and nothing is half done.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class BadInputTests(SharedSystem shared)
{
    private const string Cyclic = """
        {"@graph":[
          {"@id":"https://x.example/p","@type":"ceterms:Pathway","ceterms:name":{"en":"Round"},"ceterms:hasDestinationComponent":["https://x.example/a"]},
          {"@id":"https://x.example/a","@type":"ceterms:CredentialComponent","ceterms:name":{"en":"A"},"ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":1,"ceterms:targetComponent":["https://x.example/b"]}]},
          {"@id":"https://x.example/b","@type":"ceterms:CredentialComponent","ceterms:name":{"en":"B"},"ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":1,"ceterms:targetComponent":["https://x.example/a"]}]}]}
        """;

    private const string Dangling = """
        {"@graph":[
          {"@id":"https://x.example/p","@type":"ceterms:Pathway","ceterms:name":{"en":"P"},"ceterms:hasDestinationComponent":["https://x.example/a"]},
          {"@id":"https://x.example/a","@type":"ceterms:CredentialComponent","ceterms:name":{"en":"A"},"ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":1,"ceterms:targetComponent":["https://x.example/missing"]}]}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, int, string> Cases => new()
    {
        { "a statement without a verb", "xapi/statements", """{"actor":{"mbox":"mailto:a@b.example"},"object":{"id":"https://x.example/a"}}""", 400, "statement-invalid" },
        { "a statement that is no JSON", "xapi/statements", """{"actor":""", 400, "invalid-json" },
        { "an unknown achievement", "credential-issuance/credentials", """{"achievementId":"nothing","learnerId":"learner-x","reason":"test"}""", 404, "achievement-unknown" },
        { "an unknown member", "pathway-stacking/enrolments", """{"learnerId":"learner-x","pathwayId":"p","tenant":"sophia"}""", 400, "invalid-json" },
        { "an unknown pathway", "pathway-stacking/enrolments", """{"learnerId":"learner-x","pathwayId":"nothing"}""", 404, "pathway-not-found" },
        { "a cyclic pathway", "pathway-stacking/pathways/import", Cyclic, 400, "pathway-cyclic" },
        { "an unknown component", "pathway-stacking/pathways/import?strict=true", Dangling, 400, "unknown-component" },
        { "an award that would hold its own stack up", "pathway-stacking/pathways/import?awards=a", Dangling, 400, "award-not-an-iri" },
        { "a credential of nobody we know", "transfer-recognition/recognitions", """{"learnerId":"learner-x","credentialId":"https://x.example/none"}""", 400, "sending-institution-missing" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_refused_with_a_stable_code(string what, string path, string body, int status, string code)
    {
        using var college = await CollegeAsync(WeldingStory.College);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await college.SendAsync(HttpMethod.Post, path, content, Ct, ("X-Experience-API-Version", "2.0.0"));

        var problem = await ProblemAsync(response);
        Assert.True((int)response.StatusCode == status && (string?)problem["code"] == code, $"{what}: {(int)response.StatusCode} {problem}");
        Assert.NotNull((string?)problem["title"]);
        Assert.NotNull((string?)problem["traceId"]);
    }

    [Fact]
    public async Task A_batch_with_one_bad_statement_stores_none_of_it()
    {
        using var college = await CollegeAsync(WeldingStory.College);
        var good = Guid.NewGuid().ToString();
        var batch = new JsonArray(Statement(good), new JsonObject { ["actor"] = new JsonObject() });

        using var response = await college.SendAsync(HttpMethod.Post, "xapi/statements", DoorClient.Json(batch), Ct, ("X-Experience-API-Version", "2.0.0"));
        using var read = await college.SendAsync(HttpMethod.Get, $"xapi/statements?statementId={good}", content: null, Ct, ("X-Experience-API-Version", "2.0.0"));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(404, (int)read.StatusCode);
    }

    [Fact]
    public async Task Another_institutions_token_does_not_see_what_is_there()
    {
        using var story = await WeldingStory.EnrolAsync(shared.Running, "eve", Ct);

        using var own = await story.AtCollege.SendAsync(HttpMethod.Get, $"pathway-stacking/stacks/{story.Stacks[0]}", content: null, Ct);
        using var other = await story.AtProvider.SendAsync(HttpMethod.Get, $"pathway-stacking/stacks/{story.Stacks[0]}", content: null, Ct);
        using var nobody = DoorClient.Anonymous(shared.Running);
        using var without = await nobody.SendAsync(HttpMethod.Get, $"pathway-stacking/stacks/{story.Stacks[0]}", content: null, Ct);

        Assert.Equal(200, (int)own.StatusCode);
        Assert.Equal((404, "stack-not-found"), ((int)other.StatusCode, (string?)(await ProblemAsync(other))["code"]));
        Assert.Equal((401, "token-missing"), ((int)without.StatusCode, (string?)(await ProblemAsync(without))["code"]));
    }

    [Theory]
    [InlineData("pathway-stacking/pathways/import", 4 * 1024 * 1024)]
    [InlineData("transfer-recognition/recognitions", 1024 * 1024)]
    public async Task A_body_that_is_too_large_is_refused_at_the_door_with_the_limit_of_its_address(string path, int limit)
    {
        using var college = await CollegeAsync(WeldingStory.College);
        using var content = new ByteArrayContent(new byte[limit + 1]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await college.SendAsync(HttpMethod.Post, path, content, Ct);

        var problem = await ProblemAsync(response);
        Assert.Equal((413, "body-too-large"), ((int)response.StatusCode, (string?)problem["code"]));
        Assert.Equal($"At most {limit} bytes are taken at this address.", (string?)problem["detail"]);
    }

    [Fact]
    public async Task Headers_and_addresses_of_every_size_are_answered_in_words()
    {
        using var nobody = DoorClient.Anonymous(shared.Running);
        List<string?> codes = [];
        for (int kilobytes = 4; kilobytes <= 76; kilobytes += 4)
        {
            (string, string)[] headers = [.. Enumerable.Range(0, kilobytes / 4).Select(i => ($"X-Large-{i}", new string('x', 4080)))];
            using var response = await nobody.SendAsync(HttpMethod.Get, "feed/events", content: null, Ct, headers);
            codes.Add((string?)(await ProblemAsync(response))["code"]);
        }
        Assert.Equal(["token-missing", "headers-too-large"], codes.Distinct());

        codes.Clear();
        for (int kilobytes = 2; kilobytes <= 18; kilobytes += 2)
        {
            using var response = await nobody.SendAsync(HttpMethod.Get, $"feed/events?after={new string('x', kilobytes * 1020)}", content: null, Ct);
            codes.Add((string?)(await ProblemAsync(response))["code"]);
        }
        Assert.Equal(["token-missing", "uri-too-long"], codes.Distinct());
    }

    private Task<DoorClient> CollegeAsync(string tenant)
        => DoorClient.OfAsync(shared.Running, tenant, "statements/write statements/read learners define issue recognise", Ct);

    private static async Task<JsonNode> ProblemAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{(int)response.StatusCode} {response.Content.Headers.ContentType} {text}");
        return JsonNode.Parse(text)!;
    }

    private static JsonObject Statement(string id) => new()
    {
        ["id"] = id,
        ["actor"] = new JsonObject { ["mbox"] = "mailto:a@b.example" },
        ["verb"] = new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/passed" },
        ["object"] = new JsonObject { ["id"] = "https://x.example/a" },
    };
}
