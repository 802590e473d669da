using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>What is refused is refused whole, with a reason that names the statement and the property, and nothing of it is stored.</summary>
[Collection(RecordCollection.Name)]
public sealed class RefusingBadInput(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("actor", """{"mbox":"maria@example.edu"}""", "/1/actor/mbox")]
    [InlineData("actor", """{"mbox":"mailto:maria@example.edu","openid":"https://maria.example"}""", "/1/actor")]
    [InlineData("actor", """{"objectType":"Group"}""", "/1/actor/member")]
    [InlineData("verb", """{"id":"passed"}""", "/1/verb/id")]
    [InlineData("verb", """{"id":"http://adlnet.gov/expapi/verbs/passed","display":{"e_n":"passed"}}""", "/1/verb/display/e_n")]
    [InlineData("object", """{"id":"https://example.edu/a","definition":{"type":"course"}}""", "/1/object/definition/type")]
    [InlineData("object", """{"objectType":"activity","id":"https://example.edu/a"}""", "/1/object/objectType")]
    [InlineData("result", """{"score":{"scaled":1.01}}""", "/1/result/score/scaled")]
    [InlineData("result", """{"success":"yes"}""", "/1/result/success")]
    [InlineData("result", """{"duration":"an hour"}""", "/1/result/duration")]
    [InlineData("context", """{"registration":"12"}""", "/1/context/registration")]
    [InlineData("context", """{"contextActivities":{"parents":[]}}""", "/1/context/contextActivities/parents")]
    [InlineData("timestamp", "\"2026-03-01T10:00:00-00:00\"", "/1/timestamp")]
    [InlineData("stored", "\"yesterday\"", "/1/stored")]
    [InlineData("version", "\"3.0.0\"", "/1/version")]
    [InlineData("id", "\"fd41c918-b88b-4b20-00a5-a4c32391aaa0\"", "/1/id")]
    [InlineData("attachments", """[{"usageType":"urn:x","display":{"en":"x"},"contentType":"text/plain","length":-1,"sha2":"ab"}]""", "/1/attachments/0/length")]
    [InlineData("Actor", "{}", "/1/Actor")]
    [InlineData("result", "null", "/1/result")]
    public async Task A_statement_that_breaks_a_rule_takes_its_batch_with_it(string member, string value, string place)
    {
        using var answer = await _lrs.PostAsync(Make.Statement(), Make.Statement().With(member, JsonNode.Parse(value)));
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(problem.TryGetProperty("place", out var told) && told.GetString() == place, text);
        Assert.StartsWith("Statement 1: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await NothingIsStoredAsync();
    }

    [Fact]
    public async Task Parameters_are_missed_exactly_where_the_OpenAPI_document_says_that_they_are_required()
    {
        var document = await _lrs.Http.GetFromJsonAsync<JsonElement>("/learning-record/openapi.json", Cancellation);
        var operations = document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/xapi/", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Where(operation => operation.Name != "head").Select(operation => (Path: path.Name, Method: operation.Name, Required: Required(operation.Value)))).ToList();
        Assert.NotEmpty(operations.SelectMany(operation => operation.Required));
        foreach (var (path, method, required) in operations)
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
            var (_, code, place) = await Lrs.ProblemAsync(await _lrs.Http.SendAsync(request, Cancellation));
            Assert.True(required.Count == 0 ? code != "parameter-invalid" : code == "parameter-invalid" && required.Contains(place), $"{method} {path}: {code} {place}");
        }

        static List<string?> Required(JsonElement operation) => !operation.TryGetProperty("parameters", out var parameters)
            ? []
            : [.. parameters.EnumerateArray().Where(parameter => parameter.TryGetProperty("required", out var required) && required.GetBoolean()).Select(parameter => parameter.GetProperty("name").GetString())];
    }

    [Fact]
    public async Task A_body_of_50_megabytes_is_too_large()
    {
        using var body = new ByteArrayContent(new byte[50 * 1024 * 1024]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/xapi/statements") { Content = body, Headers = { ExpectContinue = true } };
        Assert.Equal((413, "body-too-large", null), await Lrs.ProblemAsync(await _lrs.Http.SendAsync(request, Cancellation)));
        await NothingIsStoredAsync();
    }

    [Fact]
    public async Task Ten_thousand_statements_are_more_than_the_limit_that_the_refusal_tells()
    {
        string batch = $"[{string.Join(',', Enumerable.Repeat("""{"a":1}""", 10_000))}]";
        using var answer = await _lrs.Http.PostAsync("/xapi/statements", Lrs.Json(batch), Cancellation);
        Assert.Contains("at most 1000", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal((400, "batch-too-large", null), await Lrs.ProblemAsync(answer));
        await NothingIsStoredAsync();
    }

    [Theory]
    [InlineData(64, 400)]
    [InlineData(10_000, 400)]
    [InlineData(40, 200)]
    public async Task Nesting_has_a_bound(int depth, int status)
    {
        string nested = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        string statement = Make.Statement().ToJsonString()[..^1] + ",\"context\":{\"extensions\":{\"https://example.edu/deep\":" + nested + "}}}";
        using var answer = await _lrs.Http.PostAsync("/xapi/statements", Lrs.Json(statement), Cancellation);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("\"name\":\"x\",\"name\":\"y\"", "line 1, column")]
    [InlineData("\"name\":\"\\ud800\"", "")]
    public async Task What_is_no_clean_JSON_is_refused(string members, string place)
    {
        string statement = Make.Statement().ToJsonString().Replace("\"name\":\"maria\"", members, StringComparison.Ordinal);
        Assert.Contains(members, statement, StringComparison.Ordinal);
        var (status, code, at) = await Lrs.ProblemAsync(await _lrs.Http.PostAsync("/xapi/statements", Lrs.Json(statement), Cancellation));
        Assert.Equal((400, "invalid-json"), (status, code));
        Assert.StartsWith(place, at ?? "", StringComparison.Ordinal);
        await NothingIsStoredAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF_8_are_refused()
    {
        byte[] statement = Encoding.Latin1.GetBytes(Make.Statement().ToJsonString().Replace("\"name\":\"maria\"", "\"name\":\"Marí\"", StringComparison.Ordinal));
        using var body = new ByteArrayContent(statement) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        Assert.Equal((400, "invalid-json", null), await Lrs.ProblemAsync(await _lrs.Http.PostAsync("/xapi/statements", body, Cancellation)));
        await NothingIsStoredAsync();
    }

    [Theory]
    [InlineData("2099-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00Z")]
    public async Task A_clock_that_is_wrong_changes_when_it_happened_and_not_when_it_was_stored(string timestamp)
    {
        var statement = Make.Statement().With("timestamp", timestamp).With("stored", timestamp);
        await _lrs.StoreAsync(statement);
        var stored = await _lrs.ReadAsync($"?statementId={statement["id"]}");
        Assert.Equal(timestamp, stored.GetProperty("timestamp").GetString());
        Assert.True((TimeProvider.System.GetUtcNow() - stored.GetProperty("stored").GetDateTimeOffset()).Duration() < TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(1200, 0, 400, "multipart-invalid")]
    [InlineData(1, 200, 400, "multipart-invalid")]
    public async Task A_multipart_bomb_is_refused(int parts, int headers, int status, string code)
    {
        var body = new StringBuilder("--b\r\nContent-Type: application/json\r\n\r\n").Append(Make.Statement().ToJsonString());
        for (int i = 0; i < parts; i++)
        {
            string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes($"{i}")));
            body.Append("\r\n--b\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: ").Append(hash);
            for (int h = 0; h < headers; h++) body.Append("\r\nX-Header-").Append(h).Append(": x");
            body.Append("\r\n\r\n").Append(i);
        }
        using var content = new StringContent(body.Append("\r\n--b--\r\n").ToString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("multipart/mixed; boundary=b"));
        Assert.Equal((status, code, null), await Lrs.ProblemAsync(await _lrs.Http.PostAsync("/xapi/statements", content, Cancellation)));
        await NothingIsStoredAsync();
    }

    private async Task NothingIsStoredAsync() => Assert.Empty(await _lrs.IdsAsync(""));
}
