using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class FindingStatements(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();

    [Theory]
    [InlineData("agent={0}", "plain group object")]
    [InlineData("agent={0}&related_agents=true", "plain group object instructor contextAgent sub")]
    [InlineData("activity=urn:a:1", "plain group instructor contextAgent parent registration")]
    [InlineData("activity=urn:a:9&related_activities=true", "parent sub")]
    [InlineData("activity=urn:a:1&related_activities=true", "plain group instructor contextAgent parent registration")]
    [InlineData("verb=urn:v:other", "object")]
    [InlineData("registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7", "registration")]
    [InlineData("registration=EC531277-B57B-4C15-8D91-D292C5B2B8F7", "registration")]
    [InlineData("agent={0}&verb=urn:v:other", "object")]
    [InlineData("agent={0}&activity=urn:a:1", "plain group")]
    [InlineData("agent={0}&verb=urn:v:none", "")]
    public async Task Finds_by(string filter, string expected)
    {
        var names = await StoreOneOfEachAsync();
        string agent = Uri.EscapeDataString("""{"mbox":"mailto:maria@example.edu"}""");
        var found = (await _lrs.IdsAsync("?ascending=true&" + string.Format(filter, agent))).Select(id => names[id]);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Theory]
    [InlineData("statementId=x")]
    [InlineData("voidedStatementId=x")]
    [InlineData("statementId=fd41c918-b88b-4b20-a0a5-a4c32391aaa0&voidedStatementId=fd41c918-b88b-4b20-a0a5-a4c32391aaa0")]
    [InlineData("statementId=fd41c918-b88b-4b20-a0a5-a4c32391aaa0&verb=urn:v")]
    [InlineData("StatementId=fd41c918-b88b-4b20-a0a5-a4c32391aaa0")]
    [InlineData("unknown=1")]
    [InlineData("agent=x")]
    [InlineData("agent={}")]
    [InlineData("verb=passed")]
    [InlineData("activity=welding")]
    [InlineData("registration=x")]
    [InlineData("since=yesterday")]
    [InlineData("until=2026-03-01T00:00:00-00:00")]
    [InlineData("limit=-1")]
    [InlineData("limit=x")]
    [InlineData("ascending=maybe")]
    [InlineData("related_agents=1")]
    [InlineData("format=pretty")]
    [InlineData("attachments=yes")]
    [InlineData("verb=urn:a&verb=urn:b")]
    [InlineData("purpose=curiosity")]
    public async Task Refuses_the_query(string query)
    {
        var (status, code, place) = await Lrs.ProblemAsync(await _lrs.GetAsync("?" + query));
        Assert.Equal(400, status);
        Assert.True(code is "parameter-invalid" or "unknown-parameter" or "purpose-unknown", code);
        Assert.NotNull(place);
    }

    [Fact]
    public async Task Names_what_can_be_asked_for()
    {
        using var answer = await _lrs.GetAsync("?Verb=urn:a");
        using var document = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        string detail = document.RootElement.GetProperty("detail").GetString()!;
        Assert.Equal("unknown-parameter", document.RootElement.GetProperty("code").GetString());
        Assert.All(new[] { "statementId", "verb", "related_agents", "ascending", "from" }, name => Assert.Contains(name, detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("statementId={0}&")]
    public async Task Is_asked_for_a_purpose_that_is_recorded(string query)
    {
        var statement = Make.Statement();
        await _lrs.StoreAsync(statement);
        using var answer = await _lrs.GetAsync("?" + string.Format(System.Globalization.CultureInfo.InvariantCulture, query, statement["id"]) + "purpose=research");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1L, await TwoServices.ScalarAsync(
            record.Service.Database.DaemonConnectionString, $"select count(*) from events.disclosures where tenant_id = '{_lrs.Tenant}' and purpose = 'research'"));
    }

    [Theory]
    [InlineData("/xapi/statements")]
    [InlineData("/xapi/agents?agent=")]
    [InlineData("/xapi/agents/profile?agent=")]
    public async Task Is_recorded_when_staff_has_its_answer(string resource)
    {
        await _lrs.StoreAsync(Make.Statement());
        string agent = resource.EndsWith('=') ? Uri.EscapeDataString(Make.Agent("maria").ToJsonString()) : "";
        using var answer = await _lrs.Http.GetAsync(resource + agent, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1L, await TwoServices.ScalarAsync(
            record.Service.Database.DaemonConnectionString, $"select count(*) from events.disclosures where tenant_id = '{_lrs.Tenant}' and purpose = 'record-keeping'"));
    }

    [Fact]
    public async Task Storing_has_no_purpose_to_tell()
    {
        using var answer = await _lrs.Http.PostAsync("/xapi/statements?purpose=research", Lrs.Json(Make.Statement().ToJsonString()), TestContext.Current.CancellationToken);
        Assert.Equal((400, "unknown-parameter", "purpose"), await Lrs.ProblemAsync(answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_without_gap_or_repetition(bool ascending)
    {
        var ids = Enumerable.Range(0, 23).Select(_ => Guid.NewGuid()).ToArray();
        await _lrs.StoreAsync([.. ids.Select(id => Make.Statement(id))]);
        var got = new List<string>();
        string query = $"?verb={Uri.EscapeDataString(Make.Passed)}&limit=5&ascending={(ascending ? "true" : "false")}";
        while (query.Length > 0)
        {
            var page = await _lrs.ReadAsync(query);
            got.AddRange(page.GetProperty("statements").EnumerateArray().Select(statement => statement.GetProperty("id").GetString()!));
            string more = page.GetProperty("more").GetString()!;
            Assert.True(more.Length == 0 || more.StartsWith("/xapi/statements?", StringComparison.Ordinal));
            query = more.Replace("/xapi/statements", "");
        }
        Assert.Equal((ascending ? ids : ids.Reverse()).Select(id => id.ToString()), got);
    }

    [Fact]
    public async Task Bounds_by_the_time_of_storing_since_exclusive_until_inclusive()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        await _lrs.StoreAsync([.. ids.Select(id => Make.Statement(id))]);
        string third = (await _lrs.ReadAsync($"?statementId={ids[2]}")).GetProperty("stored").GetString()!;
        Assert.Equal(ids[3..].Select(id => id.ToString()), await _lrs.IdsAsync($"?ascending=true&since={third}"));
        Assert.Equal(ids[..3].Select(id => id.ToString()), await _lrs.IdsAsync($"?ascending=true&until={third}"));
        Assert.Equal(5, (await _lrs.IdsAsync("?limit=0")).Count);
    }

    [Fact]
    public async Task Gives_ids_only_or_one_language_when_asked()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        var ids = await _lrs.ReadAsync($"?statementId={id}&format=ids");
        Assert.Equal("""{"mbox":"mailto:maria@example.edu"}""", ids.GetProperty("actor").GetRawText());
        Assert.Equal("""{"id":"https://example.edu/courses/welding-1"}""", ids.GetProperty("object").GetRawText());
        Assert.False(ids.GetProperty("verb").TryGetProperty("display", out _));

        using var german = _lrs.Client("statements/read");
        german.DefaultRequestHeaders.AcceptLanguage.ParseAdd("fr;q=0.5, de-CH");
        var canonical = JsonDocument.Parse(await german.GetStringAsync($"/xapi/statements?statementId={id}&format=canonical")).RootElement;
        Assert.Equal("""{"de":"tat"}""", canonical.GetProperty("verb").GetProperty("display").GetRawText());
        Assert.Equal("Schweißen", canonical.GetProperty("object").GetProperty("definition").GetProperty("name").EnumerateObject().Single().Value.GetString());
    }

    [Fact]
    public async Task Answers_HEAD_without_a_body_and_tells_when_it_was_modified()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        using var head = await _lrs.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/xapi/statements?statementId={id}"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.NotNull(head.Content.Headers.LastModified);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Tells_a_point_up_to_which_it_is_consistent_that_covers_what_was_acknowledged()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        using var response = await _lrs.GetAsync($"?statementId={id}");
        var through = DateTimeOffset.Parse(response.Headers.GetValues("X-Experience-API-Consistent-Through").Single());
        var stored = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("stored").GetDateTimeOffset();
        Assert.True(through >= stored);
    }

    [Fact]
    public async Task Does_not_show_one_tenant_what_another_stored()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        var other = record.NewTenant();
        Assert.Equal((404, "statement-not-found", null), await Lrs.ProblemAsync(await other.GetAsync($"?statementId={id}")));
        Assert.Empty(await other.IdsAsync($"?verb={Uri.EscapeDataString(Make.Passed)}"));
        await other.StoreAsync(Make.Statement(id, who: "somebody"));
    }

    [Fact]
    public async Task Tells_which_versions_are_spoken_to_anybody()
    {
        using var nobody = record.Service.Client();
        var about = JsonDocument.Parse(await nobody.GetStringAsync("/xapi/about")).RootElement;
        Assert.Contains("2.0.0", about.GetProperty("version").EnumerateArray().Select(version => version.GetString()));
        Assert.Contains("1.0.3", about.GetProperty("version").EnumerateArray().Select(version => version.GetString()));
    }

    private async Task<Dictionary<string, string>> StoreOneOfEachAsync()
    {
        JsonObject Other(JsonNode? about = null, string verb = "urn:v:plain") => Make.Statement(who: "nobody", verb: verb, activity: "urn:a:1", about: about);
        var statements = new Dictionary<string, JsonObject>
        {
            ["plain"] = Make.Statement(verb: "urn:v:plain", activity: "urn:a:1"),
            ["group"] = Other().With("actor", new JsonObject { ["objectType"] = "Group", ["member"] = new JsonArray(Make.Agent("maria")) }),
            ["object"] = Other(Make.Agent("maria").With("objectType", "Agent"), "urn:v:other"),
            ["instructor"] = Other().With("context", new JsonObject { ["instructor"] = Make.Agent("maria") }),
            ["contextAgent"] = Other().With("context", new JsonObject
            {
                ["contextAgents"] = new JsonArray(new JsonObject { ["objectType"] = "contextAgent", ["agent"] = Make.Agent("maria") }),
            }),
            ["parent"] = Other().With("context", new JsonObject { ["contextActivities"] = new JsonObject { ["parent"] = new JsonObject { ["id"] = "urn:a:9" } } }),
            ["registration"] = Other().With("context", new JsonObject { ["registration"] = "ec531277-b57b-4c15-8d91-d292c5b2b8f7" }),
            ["sub"] = Other(new JsonObject
            {
                ["objectType"] = "SubStatement", ["actor"] = Make.Agent("maria"), ["verb"] = new JsonObject { ["id"] = "urn:v:sub" }, ["object"] = new JsonObject { ["id"] = "urn:a:9" },
            }),
        };
        await _lrs.StoreAsync([.. statements.Values]);
        return statements.ToDictionary(pair => pair.Value["id"]!.GetValue<string>(), pair => pair.Key);
    }
}
