using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class StoringStatements(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();

    [Fact]
    public async Task Returns_a_statement_as_it_came_with_what_the_store_adds()
    {
        var id = Guid.NewGuid();
        var sent = Make.Statement(id).With("timestamp", "2026-03-01T10:00:00.5Z");
        using var response = await _lrs.PostAsync(sent);
        Assert.Equal([id.ToString()], await response.Content.ReadFromJsonAsync<string[]>() ?? []);

        var got = await _lrs.ReadAsync($"?statementId={id}");
        foreach (var (name, value) in sent) Assert.Equal(value!.ToJsonString(), JsonNode.Parse(got.GetProperty(name).GetRawText())!.ToJsonString());
        Assert.Equal("2.0.0", got.GetProperty("version").GetString());
        Assert.Equal("test-client", got.GetProperty("authority").GetProperty("account").GetProperty("name").GetString());
        Assert.True(got.GetProperty("stored").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task Stores_what_begins_after_a_byte_order_mark()
    {
        var (posted, put) = (Make.Statement(), Guid.NewGuid());
        Assert.Equal(HttpStatusCode.OK, (await _lrs.Http.PostTextAsync("/xapi/statements", "\uFEFF" + posted.ToJsonString())).Status);
        using var response = await _lrs.Http.PutAsync($"/xapi/statements?statementId={put}", Lrs.Json("\uFEFF" + Make.Statement(put).ToJsonString()));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        foreach (var id in new[] { (string)posted["id"]!, put.ToString() }) Assert.StartsWith("{", await _lrs.Http.GetStringAsync($"/xapi/statements?statementId={id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_an_id_and_a_timestamp_where_there_is_none()
    {
        var statement = Make.Statement();
        statement.Remove("id");
        using var response = await _lrs.PostAsync(statement);
        string id = (await response.Content.ReadFromJsonAsync<string[]>())!.Single();
        var got = await _lrs.ReadAsync($"?statementId={id}");
        Assert.Equal(got.GetProperty("stored").GetString(), got.GetProperty("timestamp").GetString());
    }

    [Fact]
    public async Task Stores_a_batch_in_its_order()
    {
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();
        using var response = await _lrs.PostAsync([.. ids.Select(id => Make.Statement(id))]);
        Assert.Equal(ids.Select(id => id.ToString()), await response.Content.ReadFromJsonAsync<string[]>());
        Assert.Equal(ids.Select(id => id.ToString()), await _lrs.IdsAsync("?ascending=true"));
    }

    [Fact]
    public async Task Stores_nothing_of_a_batch_with_one_bad_statement()
    {
        var bad = Make.Statement().With("verb", new JsonObject { ["id"] = "passed" });
        var problem = await Lrs.ProblemAsync(await _lrs.PostAsync(Make.Statement(), bad, Make.Statement()));
        Assert.Equal((400, "statement-invalid", "/1/verb/id"), problem);
        Assert.Empty(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Refuses_a_batch_with_the_same_id_twice()
    {
        var id = Guid.NewGuid();
        Assert.Equal((400, "statement-invalid", "/1/id"), await Lrs.ProblemAsync(await _lrs.PostAsync(Make.Statement(id), Make.Statement(id))));
    }

    [Fact]
    public async Task Refuses_a_batch_of_more_than_1000()
        => Assert.Equal("batch-too-large", (await Lrs.ProblemAsync(await _lrs.PostAsync([.. Enumerable.Range(0, 1001).Select(_ => Make.Statement())]))).Code);

    [Fact]
    public async Task Takes_the_same_statement_again_without_change()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        var first = await _lrs.ReadAsync($"?statementId={id}");

        Assert.Equal(HttpStatusCode.OK, (await _lrs.PostAsync(Make.Statement(id))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _lrs.PutAsync(id, Make.Statement(id))).StatusCode);
        Assert.Equal(first.GetRawText(), (await _lrs.ReadAsync($"?statementId={id}")).GetRawText());
    }

    [Fact]
    public async Task Refuses_another_statement_under_the_same_id()
    {
        var id = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(id));
        Assert.Equal((409, "statement-id-conflict"), Of(await Lrs.ProblemAsync(await _lrs.PutAsync(id, Make.Statement(id, who: "mario")))));
        Assert.Equal((409, "statement-id-conflict"), Of(await Lrs.ProblemAsync(await _lrs.PostAsync(Make.Statement(), Make.Statement(id, who: "mario")))));
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Puts_under_the_id_of_the_address_only()
    {
        var id = Guid.NewGuid();
        var without = Make.Statement();
        without.Remove("id");
        Assert.Equal(HttpStatusCode.NoContent, (await _lrs.PutAsync(id, without)).StatusCode);
        Assert.Equal(id.ToString(), (await _lrs.ReadAsync($"?statementId={id}")).GetProperty("id").GetString());
        Assert.Equal((400, "statement-invalid", "/id"), await Lrs.ProblemAsync(await _lrs.PutAsync(Guid.NewGuid(), Make.Statement())));
        Assert.Equal(400, (int)(await _lrs.Http.PutAsync("/xapi/statements", Lrs.Json(Make.Statement().ToJsonString()))).StatusCode);
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", 400, "invalid-json")]
    [InlineData("{", 400, "invalid-json")]
    [InlineData("12", 400, "statement-invalid")]
    [InlineData("[]", 400, "statement-invalid")]
    public async Task Refuses_a_body(string body, int status, string code)
        => Assert.Equal((status, code), Of(await Lrs.ProblemAsync(await _lrs.Http.PostAsync("/xapi/statements", Lrs.Json(body)))));

    [Fact]
    public async Task Refuses_a_body_that_is_too_large_or_no_JSON()
    {
        using var large = new HttpRequestMessage(HttpMethod.Post, "/xapi/statements") { Content = Lrs.Json(new string(' ', 9_000_000)), Headers = { ExpectContinue = true } };
        Assert.Equal(413, (int)(await _lrs.Http.SendAsync(large)).StatusCode);
        Assert.Equal(400, (int)(await _lrs.Http.PostAsync("/xapi/statements", new StringContent(Make.Statement().ToJsonString()))).StatusCode);
    }

    [Theory]
    [InlineData(null, "unsupported-xapi-version")]
    [InlineData("0.9", "unsupported-xapi-version")]
    [InlineData("3.0.0", "unsupported-xapi-version")]
    [InlineData("2.0.0", null)]
    [InlineData("1.0.3", null)]
    [InlineData("1.0", null)]
    public async Task Speaks_2_0_and_1_0(string? version, string? code)
    {
        using var client = _lrs.Client("statements/read");
        client.DefaultRequestHeaders.Remove("X-Experience-API-Version");
        if (version is not null) client.DefaultRequestHeaders.Add("X-Experience-API-Version", version);
        using var response = await client.GetAsync("/xapi/statements");
        Assert.True(response.Headers.Contains("X-Experience-API-Version"));
        Assert.True(response.Headers.Contains("X-Experience-API-Consistent-Through"));
        Assert.Equal(code, (await Lrs.ProblemAsync(response)).Code);
    }

    [Fact]
    public async Task Asks_for_credentials_and_for_the_right_scope()
    {
        using var nobody = _lrs.Client();
        using var reader = _lrs.Client("statements/read");
        using var refused = await nobody.GetAsync("/xapi/statements");
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.True(refused.Headers.Contains("X-Experience-API-Version"));
        Assert.Equal(403, (int)(await reader.PostAsync("/xapi/statements", Lrs.Json(Make.Statement().ToJsonString()))).StatusCode);
    }

    [Fact]
    public async Task Has_one_winner_per_id_and_whole_batches_among_many_writers()
    {
        var ids = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(async writer =>
        {
            var order = writer % 2 == 0 ? ids : ids.Reverse();
            using var response = await _lrs.PostAsync([.. order.Select(id => Make.Statement(id, who: $"writer{writer % 8}"))]);
            return (int)response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.True(status is 200 or 409, $"{status}"));
        Assert.Equal(4, statuses.Count(status => status == 200)); // the winner, and the three others that say the same
        var stored = (await _lrs.ReadAsync("")).GetProperty("statements").EnumerateArray().ToList();
        Assert.Equal(10, stored.Count);
        Assert.Single(stored.Select(statement => statement.GetProperty("actor").GetProperty("mbox").GetString()).Distinct());
    }

    [Fact]
    public async Task Takes_the_same_agents_and_activities_from_many_writers_at_once()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(async writer =>
        {
            var people = Enumerable.Range(0, 20).Select(i => Make.Statement(who: $"learner{i}", activity: $"https://example.edu/units/{i}"));
            using var response = writer % 4 == 0
                ? await _lrs.PostAsync(Make.Statement(who: $"learner{writer % 20}"))
                : await _lrs.PostAsync([.. writer % 2 == 0 ? people : people.Reverse()]);
            return (int)response.StatusCode;
        }));
        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(8 + (24 * 20), (await _lrs.IdsAsync("?limit=0")).Count);
    }

    private static (int, string?) Of((int Status, string? Code, string? Place) problem) => (problem.Status, problem.Code);
}
