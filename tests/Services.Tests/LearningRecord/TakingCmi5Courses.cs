using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class TakingCmi5Courses(RecordService record) : IDisposable
{
    private const string Gas = "https://publisher.example/gas", Intro = "https://publisher.example/intro";
    private const string SessionId = "https://w3id.org/xapi/cmi5/context/extensions/sessionid";

    private const string Xml = """
        <courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
          <course id="https://publisher.example/welding"><title><langstring lang="en">Welding</langstring></title><description><langstring lang="en">All</langstring></description></course>
          <block id="https://publisher.example/safety"><title><langstring lang="en">Safety</langstring></title><description><langstring lang="en">First</langstring></description>
            <au id="https://publisher.example/gas" moveOn="CompletedAndPassed" masteryScore="0.8"><title><langstring lang="en">Gas</langstring></title>
              <description><langstring lang="en">Gas</langstring></description><url>gas.html?a=1#top</url></au>
          </block>
          <au id="https://publisher.example/intro"><title><langstring lang="en">Intro</langstring></title><description><langstring lang="en">Intro</langstring></description><url>intro.html</url></au>
        </courseStructure>
        """;

    private readonly Lrs _lrs = record.NewTenant();
    private readonly List<HttpClient> _clients = [];

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task A_learner_passes_a_unit_and_block_and_course_are_satisfied()
    {
        var registration = await RegisterAsync();
        var session = await LaunchAsync(registration, Gas);
        Assert.StartsWith("https://content.example/welding/gas.html?a=1&endpoint=https%3A%2F%2Fpathways.test%2Fxapi%2F&fetch=", session.Url, StringComparison.Ordinal);
        Assert.EndsWith("#top", session.Url, StringComparison.Ordinal);
        var data = await session.Au.ReadAsync($"/xapi/activities/state?stateId=LMS.LaunchData&{session.Address}");
        Assert.Equal(("Normal", "CompletedAndPassed", 0.8m), (Text(data, "launchMode"), Text(data, "moveOn"), data.Json.GetProperty("masteryScore").GetDecimal()));

        await session.SayAsync("initialized");
        await session.SayAsync("completed");
        Assert.False((await ViewAsync(registration)).Json.GetProperty("satisfied").GetBoolean());
        await session.SayAsync("passed", statement => statement["result"]!["score"] = new JsonObject { ["scaled"] = 0.9 });
        await session.SayAsync("terminated");

        Assert.True((await ViewAsync(registration)).Json.GetProperty("satisfied").GetBoolean());
        var said = (await _lrs.ReadAsync($"?registration={registration}&ascending=true")).GetProperty("statements").EnumerateArray().ToList();
        Assert.Equal(
            ["launched", "initialized", "completed", "passed", "satisfied", "satisfied", "terminated"],
            said.Select(statement => statement.GetProperty("verb").GetProperty("id").GetString()!.Split('/')[^1]));
        Assert.All(said, statement => Assert.Equal(session.Id.ToString(), statement.GetProperty("context").GetProperty("extensions").GetProperty(SessionId).GetString()));
        Assert.Equal("Unauthorized", (await session.Au.ReadAsync($"/xapi/statements?registration={registration}")).Status.ToString());
    }

    [Fact]
    public async Task A_launch_and_its_data_are_one_transaction()
    {
        await LaunchAsync(await RegisterAsync(), Gas);
        await using var database = new Npgsql.NpgsqlDataSourceBuilder(record.Service.Database.DaemonConnectionString).Build();
        await using var command = database.CreateCommand(
            "select count(*), count(distinct xmin::text) from events.mt_events where tenant_id = $1 and type in ('document_stored', 'cmi5_launched')");
        command.Parameters.Add(new() { Value = _lrs.Tenant });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, 1), (row.GetInt64(0), row.GetInt64(1)));
    }

    [Fact]
    public async Task The_token_is_fetched_once_and_is_good_for_the_session_only()
    {
        var registration = await RegisterAsync();
        var session = await LaunchAsync(registration, Gas);
        Assert.Equal("1", Text(await FetchAsync(session.Url), "error-code"));
        Assert.Equal("2", Text(await _lrs.Http.SendAsync(HttpMethod.Post, "/learning-record/cmi5/fetch?key=none"), "error-code"));

        await session.SayAsync("initialized");
        var other = await LaunchAsync(await RegisterAsync("eve"), Gas);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.Au.ReadAsync($"/xapi/activities/state?stateId=LMS.LaunchData&{other.Address}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.Au.SendAsync(HttpMethod.Delete, $"/xapi/activities/state?stateId=LMS.LaunchData&{session.Address}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await session.Au.SendAsync(HttpMethod.Put, $"/xapi/activities/state?stateId=bookmark&{session.Address}", new StringContent("page 3"))).Status);
        Assert.Equal(2, (await session.Au.ReadAsync("/xapi/statements")).Json.GetProperty("statements").GetArrayLength());

        var next = await LaunchAsync(registration, Intro);
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Au.PostTextAsync("/xapi/statements", session.Statement("terminated").ToJsonString())).Status);
        Assert.Single(await _lrs.IdsAsync($"?registration={registration}&verb={Uri.EscapeDataString("https://w3id.org/xapi/adl/verbs/abandoned")}"));
        await next.SayAsync("initialized");
    }

    [Fact]
    public async Task What_cmi5_does_not_allow_is_refused_with_its_place_and_nothing_is_stored()
    {
        var registration = await RegisterAsync();
        var session = await LaunchAsync(registration, Gas);
        await RefusedAsync("cmi5-order", null, session.Statement("completed"));
        await RefusedAsync("cmi5-not-allowed", "/1/result/duration", session.Statement("initialized"), session.Statement("terminated").Without("result"));
        await session.SayAsync("initialized");
        await RefusedAsync("cmi5-not-allowed", "/result/score/scaled", Scored(session.Statement("passed"), 0.7));
        await RefusedAsync("cmi5-not-allowed", "/result/score/scaled", Scored(session.Statement("failed"), 0.8));
        await RefusedAsync("cmi5-not-allowed", "/result/success", session.Statement("passed").With("result", JsonNode.Parse("""{"duration":"PT1S"}""")));
        await RefusedAsync("cmi5-not-allowed", "/actor", session.Statement("completed").With("actor", Make.Agent("eve")));
        await RefusedAsync("cmi5-not-allowed", "/verb", Make.Voiding(Guid.NewGuid()).With("timestamp", "2026-03-01T09:00:00Z"));
        await RefusedAsync("cmi5-not-allowed", "/object/id", session.Statement("completed").With("object", new JsonObject { ["id"] = Gas }));
        Assert.Equal(2, (await _lrs.IdsAsync($"?registration={registration}")).Count);

        async Task RefusedAsync(string code, string? place, params JsonObject[] statements)
        {
            var answer = await session.Au.PostTextAsync("/xapi/statements", statements.Length == 1 ? statements[0].ToJsonString() : new JsonArray([.. statements]).ToJsonString());
            Assert.Equal((HttpStatusCode.Forbidden, code, place), (answer.Status, answer.ProblemCode, Text(answer, "place")));
        }
    }

    [Fact]
    public async Task Of_many_who_say_passed_at_once_one_counts_and_the_same_statement_may_be_sent_again()
    {
        var registration = await RegisterAsync();
        var session = await LaunchAsync(registration, Gas);
        await session.SayAsync("initialized");
        await session.SayAsync("completed");
        var passed = Enumerable.Range(0, 6).Select(_ => session.Statement("passed")).ToList();
        var answers = await Task.WhenAll(passed.Select(statement => session.Au.PostTextAsync("/xapi/statements", statement.ToJsonString())));
        int winner = Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where((_, index) => index != winner), answer => Assert.Equal((HttpStatusCode.Forbidden, "cmi5-repeated"), (answer.Status, answer.ProblemCode)));
        Assert.Equal(HttpStatusCode.OK, (await session.Au.PostTextAsync("/xapi/statements", passed[winner].ToJsonString())).Status);
        Assert.Equal(2, (await _lrs.IdsAsync($"?registration={registration}&verb={Uri.EscapeDataString("https://w3id.org/xapi/adl/verbs/satisfied")}")).Count);
    }

    [Fact]
    public async Task A_waived_unit_satisfies_and_repeating_any_of_it_changes_nothing()
    {
        var registration = await RegisterAsync();
        string path = $"/learning-record/cmi5/registrations/{registration}";
        using var learners = _lrs.Client("learners");
        for (int i = 0; i < 2; i++)
        {
            var waived = await learners.PostJsonAsync(path + "/waivers", new { unit = Gas, reason = "Tested Out" });
            Assert.True(waived.Json.GetProperty("satisfied").GetBoolean(), waived.ToString());
            Assert.Equal(registration, await RegisterAsync(registration: registration));
        }
        Assert.Equal(3, (await _lrs.IdsAsync($"?registration={registration}")).Count);
        Assert.Equal("cmi5-registration-taken", (await PutAsync(registration, "eve")).ProblemCode);
        Assert.Equal("cmi5-unit-unknown", (await learners.PostJsonAsync(path + "/launches", new { unit = "https://publisher.example/none" })).ProblemCode);
        using var define = _lrs.Client("define");
        var bomb = await define.SendAsync(HttpMethod.Post, "/learning-record/cmi5/courses", new StringContent("<!DOCTYPE a [<!ENTITY b \"c\">]>" + Xml, Encoding.UTF8, "application/xml"));
        Assert.Equal((HttpStatusCode.BadRequest, "cmi5-structure-invalid"), (bomb.Status, bomb.ProblemCode));
    }

    [Fact]
    public async Task Courses_and_registrations_are_listed_page_by_page()
    {
        var (first, second, eves) = (await RegisterAsync(), await RegisterAsync(), await RegisterAsync("eve"));
        Assert.Single((await _lrs.Http.ReadAsync("/learning-record/cmi5/courses")).Json.GetProperty("items").EnumerateArray());
        string ada = Text(await ViewAsync(first), "learnerId")!;
        var page = (await _lrs.Http.ReadAsync($"/learning-record/cmi5/registrations?learnerId={ada}&limit=1")).Json;
        var next = (await _lrs.Http.ReadAsync($"/learning-record/cmi5/registrations?learnerId={ada}&limit=1&after={page.GetProperty("next").GetString()}")).Json;
        Assert.Equal(new[] { first, second }.Order(), new[] { page, next }.SelectMany(Ids).Order());
        Assert.False(next.TryGetProperty("next", out _));
        string key = Text(await ViewAsync(eves), "courseKey")!;
        Assert.Equal(3, Ids((await _lrs.Http.ReadAsync($"/learning-record/cmi5/registrations?courseKey={key}")).Json).Count());

        static IEnumerable<Guid> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("registrationId").GetGuid());
    }

    [Fact]
    public async Task What_is_only_allowed_is_taken_between_initialized_and_terminated()
    {
        var session = await LaunchAsync(await RegisterAsync(), Gas);
        await session.SayAsync("initialized");
        var allowed = session.Statement("initialized").With("verb", new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/experienced" });
        allowed["context"]!["contextActivities"]!.AsObject().Remove("category");
        // Of activities it may speak; what they are called is for others to say.
        allowed["object"] = new JsonObject { ["id"] = Intro, ["definition"] = new JsonObject { ["name"] = new JsonObject { ["en"] = "Renamed" } } };
        Assert.Equal(HttpStatusCode.OK, (await session.Au.PostTextAsync("/xapi/statements", allowed.ToJsonString())).Status);
        Assert.DoesNotContain("Renamed", (await _lrs.Http.ReadAsync($"/xapi/activities?activityId={Uri.EscapeDataString(Intro)}")).ToString(), StringComparison.Ordinal);
        Assert.Contains("Gas", (await _lrs.Http.ReadAsync($"/xapi/activities?activityId={Uri.EscapeDataString(session.Parameters["activityId"]!)}")).ToString(), StringComparison.Ordinal);
        await session.SayAsync("terminated");
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Au.PostTextAsync("/xapi/statements", allowed.ToJsonString())).Status);
    }

    [Theory]
    [InlineData("/xapi/statements", "POST")]
    [InlineData("/learning-record/cmi5/fetch", "POST")]
    public async Task A_unit_may_call_from_the_page_of_another_origin(string path, string method)
    {
        using var browser = new HttpClient { BaseAddress = _lrs.Http.BaseAddress };
        var asked = await browser.SendAsync(
            HttpMethod.Options, path, null, ("Origin", "https://content.example"), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,x-experience-api-version"));
        Assert.Equal(HttpStatusCode.NoContent, asked.Status);
        Assert.Contains("X-Experience-API-Version", asked.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        var refused = await browser.SendAsync(HttpMethod.Post, path, null, ("Origin", "https://content.example"));
        Assert.Equal("*", refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private async Task<Guid> RegisterAsync(string who = "ada", Guid? registration = null)
    {
        using var define = _lrs.Client("define");
        var course = await define.SendAsync(
            HttpMethod.Post, "/learning-record/cmi5/courses?base=https%3A%2F%2Fcontent.example%2Fwelding%2F", new StringContent(Xml, Encoding.UTF8, "application/xml"));
        Assert.True(course.Status == HttpStatusCode.OK, course.ToString());
        var id = registration ?? Guid.NewGuid();
        var answer = await PutAsync(id, who, Text(course, "courseKey")!);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        return id;
    }

    private async Task<Answer> PutAsync(Guid registration, string who, string? course = null)
    {
        using var learners = _lrs.Client("learners");
        course ??= Text(await ViewAsync(registration), "courseKey");
        var body = new JsonObject { ["courseKey"] = course, ["actor"] = Account(who) };
        return await learners.SendAsync(HttpMethod.Put, $"/learning-record/cmi5/registrations/{registration}", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
    }

    private Task<Answer> ViewAsync(Guid registration) => _lrs.Http.ReadAsync($"/learning-record/cmi5/registrations/{registration}");

    private async Task<Launched> LaunchAsync(Guid registration, string unit)
    {
        var launch = await _lrs.Http.PostJsonAsync($"/learning-record/cmi5/registrations/{registration}/launches", new { unit });
        Assert.True(launch.Status == HttpStatusCode.OK, launch.ToString());
        string url = Text(launch, "launchUrl")!;
        var au = new HttpClient { BaseAddress = _lrs.Http.BaseAddress };
        _clients.Add(au);
        au.DefaultRequestHeaders.Add("X-Experience-API-Version", "1.0.3");
        au.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Text(await FetchAsync(url), "auth-token"));
        return new Launched(au, url, launch.Json.GetProperty("sessionId").GetGuid(), registration, unit, HttpUtility.ParseQueryString(new Uri(url).Query));
    }

    private Task<Answer> FetchAsync(string url)
        => _lrs.Http.SendAsync(HttpMethod.Post, new Uri(HttpUtility.ParseQueryString(new Uri(url).Query)["fetch"]!).PathAndQuery);

    private static JsonObject Account(string who) => new() { ["objectType"] = "Agent", ["account"] = new JsonObject { ["homePage"] = "https://lms.example", ["name"] = who } };

    private static JsonObject Scored(JsonObject statement, double scaled)
    {
        statement["result"]!["score"] = new JsonObject { ["scaled"] = scaled };
        statement["context"]!["extensions"]!["https://w3id.org/xapi/cmi5/context/extensions/masteryscore"] = 0.8;
        return statement;
    }

    private static string? Text(Answer answer, string name)
        => answer.Json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    /// <summary>A unit in the learner's browser: it knows its launch URL and its token.</summary>
    private sealed record Launched(HttpClient Au, string Url, Guid Id, Guid Registration, string Unit, System.Collections.Specialized.NameValueCollection Parameters)
    {
        public string Address => $"activityId={Uri.EscapeDataString(Parameters["activityId"]!)}&agent={Uri.EscapeDataString(Parameters["actor"]!)}&registration={Parameters["registration"]}";

        public async Task SayAsync(string verb, Action<JsonObject>? change = null)
        {
            var statement = Statement(verb);
            change?.Invoke(statement);
            if (statement["result"]?["score"] is not null) statement["context"]!["extensions"]!["https://w3id.org/xapi/cmi5/context/extensions/masteryscore"] = 0.8;
            var answer = await Au.PostTextAsync("/xapi/statements", statement.ToJsonString());
            Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        }

        public JsonObject Statement(string verb)
        {
            bool isJudged = verb is "completed" or "passed" or "failed";
            var category = new JsonArray(new JsonObject { ["id"] = "https://w3id.org/xapi/cmi5/context/categories/cmi5" });
            if (isJudged) category.Add((JsonNode)new JsonObject { ["id"] = "https://w3id.org/xapi/cmi5/context/categories/moveon" });
            var statement = new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString(),
                ["actor"] = JsonNode.Parse(Parameters["actor"]!),
                ["verb"] = new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/" + verb },
                ["object"] = new JsonObject { ["id"] = Parameters["activityId"] },
                ["context"] = new JsonObject
                {
                    ["registration"] = Parameters["registration"],
                    ["contextActivities"] = new JsonObject { ["category"] = category, ["grouping"] = new JsonArray(new JsonObject { ["id"] = Unit }) },
                    ["extensions"] = new JsonObject { [SessionId] = Id.ToString() },
                },
                ["timestamp"] = "2026-03-01T09:00:00Z",
            };
            if (verb == "initialized") return statement;
            var result = new JsonObject { ["duration"] = "PT5M" };
            if (verb == "completed") result["completion"] = true;
            if (verb is "passed" or "failed") result["success"] = verb == "passed";
            statement["result"] = result;
            return statement;
        }
    }
}
