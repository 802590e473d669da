using System.Net;
using System.Text;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Problems_say_what_to_do(TallyUnderTest tally) : IClassFixture<TallyUnderTest>, IDisposable
{
    private const string Path = "/tally/one/count";

    private readonly HttpClient _http = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Define, Scopes.Learners);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_refusal_has_its_code_place_and_remedy()
    {
        var answer = await _http.PostJsonAsync(Path, new { by = -1 });
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        var problem = answer.Json;
        Assert.Equal("https://pathways.example/problems/tally-negative", problem.GetProperty("type").GetString());
        Assert.Equal("tally-negative", problem.GetProperty("code").GetString());
        Assert.Equal("Tally negative", problem.GetProperty("title").GetString());
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Equal("A tally only goes up.", problem.GetProperty("detail").GetString());
        Assert.Equal("Count up.", problem.GetProperty("remedy").GetString());
        Assert.Equal("/by", problem.GetProperty("place").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
    }

    [Theory]
    [InlineData("""{"by":1,"colour":"red"}""", "/colour", 1)]
    [InlineData("{\n  \"by\": 1,\n  \"note\": 7\n}", "/note", 3)]
    [InlineData("""{"by":"many"}""", "/by", 1)]
    [InlineData("""{"by":1.5}""", "/by", 1)]
    [InlineData("""{"by":null}""", "/by", 1)]
    [InlineData("""{"note":"x"}""", "/by", 1)]
    [InlineData("[]", "", 1)]
    [InlineData("""{"by":1,"by":2}""", "/by", 1)]
    public async Task JSON_of_another_form_is_told_by_place_and_line(string json, string place, int line)
    {
        var answer = await _http.PostTextAsync(Path, json);
        Assert.True(answer is { Status: HttpStatusCode.BadRequest, ProblemCode: "invalid-json" }, answer.ToString());
        Assert.Equal(place, answer.Json.TryGetProperty("place", out var told) ? told.GetString() : "");
        Assert.Equal(line, answer.Json.TryGetProperty("line", out var number) ? number.GetInt32() : 1);
        Assert.DoesNotContain("Pathways.", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tally/one/count", "{}", "/by", "'by' is missing.", "Add it.")]
    [InlineData("/tally/one/count", """{"by":1,"parts":[{"by":1},{"note":"x"}]}""", "/parts/1/by", "'by' is missing.", "Add it.")]
    [InlineData("/tally/move", "{}", "/from", "'from', 'to' and 'by' are missing.", "Add them.")]
    [InlineData("/tally/move", """{"to":"b","by":1}""", "/from", "'from' is missing.", "Add it.")]
    [InlineData("/tally/move", """{"from":null,"to":"b","by":1}""", "/from", "The value must not be null.", "Give a value")]
    [InlineData("/tally/move", """{"from":"a","to":"b","by":null}""", "/by", "The value must not be null.", "Give a value")]
    [InlineData("/tally/move", """{"from":"a","from":"b","by":1}""", "/from", "The member 'from' stands twice.", "Keep one")]
    [InlineData("/tally/move", """{"from":"a","to":"b","by":1,"at":1}""", "/at", "The member 'at' is not known here.", "Correct its name")]
    public async Task What_is_missing_null_twice_or_unknown_is_told_by_its_name_and_place_with_what_to_do(string path, string json, string place, string detail, string remedy)
    {
        foreach (var headers in new (string, string)[][] { [], [("Idempotency-Key", $"words-{json.Length}")] })
        {
            var answer = await _http.PostTextAsync(path, json, headers);
            Assert.True(answer is { Status: HttpStatusCode.BadRequest, ProblemCode: "invalid-json" }, answer.ToString());
            Assert.Equal((place, detail), (answer.Json.GetProperty("place").GetString(), answer.Json.GetProperty("detail").GetString()));
            Assert.StartsWith(remedy, answer.Json.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\n\"by\":1,,}", 2, 8, "','")]
    [InlineData("not json", 1, 2, "Expected the literal")]
    [InlineData("""{"by":1""", 1, 8, "end of a number")]
    [InlineData("  ", 1, 3, "does not contain any JSON")]
    public async Task What_is_no_JSON_is_told_by_line_and_byte_with_what_to_do(string json, int line, int at, string reason)
    {
        foreach (var headers in new (string, string)[][] { [], [("Idempotency-Key", $"malformed-{line}-{at}")] })
        {
            var answer = await _http.PostTextAsync(Path, json, headers);
            Assert.True(answer is { Status: HttpStatusCode.BadRequest, ProblemCode: "invalid-json" }, answer.ToString());
            Assert.Equal(($"line {line}, byte {at}", line), (answer.Json.GetProperty("place").GetString(), answer.Json.GetProperty("line").GetInt32()));
            Assert.True(answer.Json.GetProperty("detail").GetString()!.Contains(reason, StringComparison.Ordinal), answer.ToString());
            Assert.NotEqual("", answer.Json.GetProperty("remedy").GetString());
            Assert.DoesNotContain("LineNumber", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public async Task In_whatever_characters_it_comes_JSON_of_another_form_is_not_called_malformed(string charset)
    {
        var encoding = Encoding.GetEncoding(charset);
        foreach (var headers in new (string, string)[][] { [], [("Idempotency-Key", $"in-{charset}")] })
        {
            using var content = new ByteArrayContent([.. encoding.GetPreamble(), .. encoding.GetBytes("""{"by":1,"colour":"red"}""")]);
            content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
            var answer = await _http.SendAsync(HttpMethod.Post, Path, content, headers);
            Assert.True(answer is { Status: HttpStatusCode.BadRequest, ProblemCode: "invalid-json" }, answer.ToString());
            Assert.Equal("/colour", answer.Json.GetProperty("place").GetString());
        }
    }

    [Theory]
    [InlineData("""{"by":1,"tags":["a",null,"b",null]}""", "/tags/1")]
    [InlineData("""{"by":1,"parts":[null]}""", "/parts/0")]
    [InlineData("""{"by":1,"parts":[{"by":1},{"by":1,"tags":[null]}]}""", "/parts/1/tags/0")]
    public async Task A_null_in_a_list_is_told_by_its_place_with_what_to_do(string json, string place)
    {
        var answer = await _http.PostTextAsync(Path, json);
        Assert.True(answer is { Status: HttpStatusCode.BadRequest, ProblemCode: "invalid-json" }, answer.ToString());
        Assert.Equal(
            (place, "A list must not hold null.", "Leave it out, or say what is meant."),
            (answer.Json.GetProperty("place").GetString(), answer.Json.GetProperty("detail").GetString(), answer.Json.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task Where_a_list_may_hold_nothing_it_does()
        => Assert.Equal(HttpStatusCode.OK, (await _http.PostTextAsync("/tally/marked/count", """{"by":1,"parts":[],"tags":["a"],"marks":[1,null]}""")).Status);

    [Fact]
    public async Task JSON_nested_too_deeply_is_refused()
    {
        string deep = $$"""{"by":1,"note":{{new string('[', 40)}}{{new string(']', 40)}}}""";
        Assert.Equal("invalid-json", (await _http.PostTextAsync(Path, deep)).ProblemCode);
    }

    [Fact]
    public async Task An_empty_body_is_a_request_that_is_not_understood()
    {
        var answer = await _http.PostTextAsync(Path, "");
        Assert.Equal(("invalid-request", "The body is missing."), (answer.ProblemCode, answer.Json.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_refused(bool withKey)
    {
        string large = $$"""{"by":1,"note":"{{new string('x', 1_100_000)}}"}""";
        // Asks before it sends: whoever is answered while sending may see the connection end before the answer.
        (string, string) asking = ("Expect", "100-continue");
        var answer = await _http.PostTextAsync(Path, large, withKey ? [asking, ("Idempotency-Key", "large")] : [asking]);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body-too-large"), (answer.Status, answer.ProblemCode));
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        using var content = new StringContent("<by>1</by>", Encoding.UTF8, "application/xml");
        var answer = await _http.SendAsync(HttpMethod.Post, Path, content);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (answer.Status, answer.ProblemCode));
    }

    [Fact]
    public async Task What_is_not_there_and_what_can_not_be_done_are_problems_too()
    {
        var missing = await _http.ReadAsync("/nowhere");
        Assert.Equal((HttpStatusCode.NotFound, "not-found"), (missing.Status, missing.ProblemCode));
        Assert.Contains("openapi.json", missing.Json.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        var method = await _http.SendAsync(HttpMethod.Delete, Path);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method-not-allowed"), (method.Status, method.ProblemCode));
    }

    [Fact]
    public async Task Without_a_token_and_without_the_scope()
    {
        using var nobody = tally.Service.Client();
        var missing = await nobody.PostJsonAsync(Path, new { by = 1 });
        Assert.Equal((HttpStatusCode.Unauthorized, "token-missing"), (missing.Status, missing.ProblemCode));
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.ToString());

        using var learner = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        var refused = await learner.PostJsonAsync(Path, new { by = 1 });
        Assert.Equal((HttpStatusCode.Forbidden, "scope-missing"), (refused.Status, refused.ProblemCode));
        Assert.Contains("insufficient_scope", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("define", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_type_refuses_unknown_members()
        => Assert.Empty(await RouteChecks.UnknownMembersAsync(tally.Service));

    [Fact]
    public async Task No_request_type_is_told_by_our_name_for_it()
        => Assert.Empty(await RouteChecks.TypeNamesAsync(tally.Service));

    [Fact]
    public async Task Lists_come_in_pages()
    {
        var first = await _http.ReadAsync("/tally/list?limit=2");
        Assert.Equal([1, 2], first.Json.GetProperty("items").EnumerateArray().Select(item => item.GetInt32()));
        string link = Assert.Single(first.Headers.GetValues("Link"));
        Assert.EndsWith("rel=\"next\"", link, StringComparison.Ordinal);
        var second = await _http.ReadAsync(link[1..link.IndexOf('>', StringComparison.Ordinal)]);
        Assert.Equal([3, 4], second.Json.GetProperty("items").EnumerateArray().Select(item => item.GetInt32()));
        var last = await _http.ReadAsync($"/tally/list?limit=2&after={second.Json.GetProperty("next").GetString()}");
        Assert.Equal([5], last.Json.GetProperty("items").EnumerateArray().Select(item => item.GetInt32()));
        Assert.False(last.Json.TryGetProperty("next", out _));
    }

    [Theory]
    [InlineData("limit=0", "invalid-request")]
    [InlineData("limit=201", "invalid-request")]
    [InlineData("limit=x", "invalid-request")]
    [InlineData("after=%FF%FE", "invalid-cursor")]
    [InlineData("after=_w", "invalid-cursor")]
    public async Task A_page_that_can_not_be_is_refused(string query, string code)
        => Assert.Equal(code, (await _http.ReadAsync($"/tally/list?{query}")).ProblemCode);

    [Fact]
    public async Task A_list_in_the_order_of_ids_begins_after_an_id_only()
        => Assert.Equal("invalid-cursor", (await _http.ReadAsync("/tally/learners/learner-a/disclosures?after=Zm9v")).ProblemCode);
}
