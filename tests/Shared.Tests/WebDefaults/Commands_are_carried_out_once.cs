using System.Net;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Commands_are_carried_out_once(TallyUnderTest tally) : IClassFixture<TallyUnderTest>, IDisposable
{
    private readonly HttpClient _http = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Define, Scopes.Audit);
    private readonly string _id = Guid.NewGuid().ToString("N");

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_command_answers_the_state_and_its_version()
    {
        var answer = await CountAsync(3);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("\"1\"", answer.Headers.ETag?.Tag);
        Assert.Equal($"/tally/{_id}", answer.Headers.Location?.ToString());
        Assert.Equal(3, answer.Json.GetProperty("count").GetInt32());
        Assert.Equal("\"2\"", (await CountAsync(1)).Headers.ETag?.Tag);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_answer_and_no_second_effect()
    {
        var first = await CountAsync(3, ("Idempotency-Key", _id));
        var second = await CountAsync(3, ("Idempotency-Key", _id));
        Assert.Equal(first.Body, second.Body);
        Assert.Equal((first.Status, first.Headers.ETag, first.Headers.Location), (second.Status, second.Headers.ETag, second.Headers.Location));
        Assert.Equal(1, await VersionAsync());
    }

    [Fact]
    public async Task The_same_key_for_another_body_is_refused()
    {
        await CountAsync(3, ("Idempotency-Key", _id));
        var other = await CountAsync(4, ("Idempotency-Key", _id));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal("idempotency-key-reused", other.ProblemCode);
        Assert.Equal(1, await VersionAsync());
    }

    [Fact]
    public async Task Another_clients_key_is_another_key()
    {
        await CountAsync(3, ("Idempotency-Key", _id));
        var claims = tally.Service.Issuer.Claims(TallyUnderTest.Tenant, Scopes.Define);
        claims["client_id"] = "another-client";
        using var http = tally.Service.Client();
        string token = tally.Service.Issuer.Sign(claims, new Dictionary<string, object>());
        var answer = await http.PostJsonAsync($"/tally/{_id}/count", new { by = 3 }, ("Idempotency-Key", _id), ("Authorization", $"Bearer {token}"));
        Assert.Equal(6, answer.Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Many_at_once_with_the_same_key_have_one_effect()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CountAsync(5, ("Idempotency-Key", _id))));
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Body).Distinct());
        Assert.Equal(1, await VersionAsync());
        Assert.Equal(5, (await CountAsync(5, ("Idempotency-Key", _id))).Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_command_that_changes_nothing_is_answered_again_too()
    {
        var first = await CountAsync(0, ("Idempotency-Key", _id));
        await CountAsync(2);
        Assert.Equal(first.Body, (await CountAsync(0, ("Idempotency-Key", _id))).Body);
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        var refused = await MoveAsync(1, ("Idempotency-Key", _id));
        Assert.Equal("tally-too-small", refused.ProblemCode);
        await CountAsync(1);
        Assert.Equal(HttpStatusCode.Created, (await MoveAsync(1, ("Idempotency-Key", _id))).Status);
    }

    [Fact]
    public async Task A_command_on_two_streams_is_carried_out_once_and_whole()
    {
        await CountAsync(5);
        var first = await MoveAsync(2, ("Idempotency-Key", _id));
        var second = await MoveAsync(2, ("Idempotency-Key", _id));
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(3, (await CountAsync(0)).Json.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("with\ttab")]
    public async Task A_key_that_is_none_is_refused(string key)
        => Assert.Equal("idempotency-key-invalid", (await CountAsync(1, ("Idempotency-Key", key))).ProblemCode);

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
        => Assert.Equal("idempotency-key-invalid", (await CountAsync(1, ("Idempotency-Key", new string('k', 256)))).ProblemCode);

    [Fact]
    public async Task If_Match_lets_pass_only_the_version_that_was_read()
    {
        var first = await CountAsync(1);
        string tag = first.Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.OK, (await CountAsync(1, ("If-Match", tag))).Status);
        var stale = await CountAsync(1, ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        Assert.Equal("stream-version-conflict", stale.ProblemCode);
        Assert.Equal(2, await VersionAsync());
    }

    [Theory]
    [InlineData("W/\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"x\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("1", HttpStatusCode.PreconditionFailed)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("\"7\", \"1\"", HttpStatusCode.OK)]
    public async Task If_Match_compares_as_RFC_9110_says(string header, HttpStatusCode status)
    {
        await CountAsync(1);
        Assert.Equal(status, (await CountAsync(1, ("If-Match", header))).Status);
    }

    [Fact]
    public async Task If_Match_any_does_not_create()
        => Assert.Equal(HttpStatusCode.PreconditionFailed, (await CountAsync(1, ("If-Match", "*"))).Status);

    [Fact]
    public async Task Of_many_at_once_with_the_same_version_one_passes()
    {
        await CountAsync(1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CountAsync(1, ("If-Match", "\"1\""))));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
        Assert.Equal(2, await VersionAsync());
    }

    [Fact]
    public async Task Without_If_Match_a_concurrent_change_is_decided_again()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => CountAsync(1)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(2, await VersionAsync());
    }

    private Task<Answer> CountAsync(int by, params (string Name, string Value)[] headers) => _http.PostJsonAsync($"/tally/{_id}/count", new { by }, headers);

    private Task<Answer> MoveAsync(int by, params (string Name, string Value)[] headers)
        => _http.PostJsonAsync("/tally/move", new { from = _id, to = $"{_id}-other", by }, headers);

    private async Task<long> VersionAsync()
        => (await _http.ReadAsync($"/tally/audit/streams/tally-{_id}")).Json.GetProperty("items").EnumerateArray().Last().GetProperty("version").GetInt64();
}
