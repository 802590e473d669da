using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Documents;
using Pathways.LearningRecord.Domain.Documents;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class KeepingDocuments(RecordService record)
{
    private const string Agent = "%7B%22mbox%22%3A%22mailto%3Amaria%40example.edu%22%7D";
    private const string State = $"/xapi/activities/state?activityId=urn:a&agent={Agent}&stateId=s";
    private const string ActivityProfile = "/xapi/activities/profile?activityId=urn:a&profileId=p";
    private const string AgentProfile = $"/xapi/agents/profile?agent={Agent}&profileId=p";

    private readonly Lrs _lrs = record.NewTenant();

    public static TheoryData<string> Resources => [State, ActivityProfile, AgentProfile];

    [Theory, MemberData(nameof(Resources))]
    public async Task Keeps_the_bytes_and_the_type(string address)
    {
        byte[] content = [0, 1, 2, 255];
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Put, address, content, "image/png")).StatusCode);
        using var got = await _lrs.Http.GetAsync(address);
        Assert.Equal(content, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", got.Content.Headers.ContentType?.ToString());
        Assert.Matches("^\"[0-9a-f]{40}\"$", got.Headers.ETag!.ToString());
        Assert.NotNull(got.Content.Headers.LastModified);
        using var head = await _lrs.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        Assert.Equal(got.Headers.ETag, head.Headers.ETag);
    }

    [Theory, MemberData(nameof(Resources))]
    public async Task Replaces_only_the_version_that_was_seen(string address)
    {
        await SendAsync(HttpMethod.Put, address, """{"v":1}""");
        Assert.Equal("document-exists", (await Lrs.ProblemAsync(await SendAsync(HttpMethod.Put, address, """{"v":2}"""))).Code);
        Assert.Equal((412, "document-precondition-failed", null), await Lrs.ProblemAsync(await SendAsync(HttpMethod.Put, address, """{"v":2}""", ifMatch: "\"0\"")));
        Assert.Equal((412, "document-precondition-failed", null), await Lrs.ProblemAsync(await SendAsync(HttpMethod.Put, address, """{"v":2}""", ifNoneMatch: "*")));
        Assert.Equal((412, "document-precondition-failed", null), await Lrs.ProblemAsync(await SendAsync(HttpMethod.Post, address, """{"v":2}""", ifMatch: "\"0\"")));
        Assert.Equal((412, "document-precondition-failed", null), await Lrs.ProblemAsync(await SendAsync(HttpMethod.Delete, address, ifMatch: "\"0\"")));
        Assert.Equal("""{"v":1}""", await _lrs.Http.GetStringAsync(address));

        string seen = await ETagAsync(address);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Put, address, """{"v":2}""", ifMatch: seen)).StatusCode);
        Assert.Equal(412, (int)(await SendAsync(HttpMethod.Put, address, """{"v":3}""", ifMatch: seen)).StatusCode);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Delete, address, ifMatch: await ETagAsync(address))).StatusCode);
        Assert.Equal(404, (int)(await _lrs.Http.GetAsync(address)).StatusCode);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Put, address, """{"v":4}""", ifNoneMatch: "*")).StatusCode);
    }

    [Theory, MemberData(nameof(Resources))]
    public async Task Merges_two_JSON_objects_one_level_deep_and_nothing_else(string address)
    {
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Post, address, """{"a":{"x":1},"b":1.50}""")).StatusCode);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Post, address, """{"a":{"y":2},"c":3}""")).StatusCode);
        Assert.Equal("""{"b":1.50,"a":{"y":2},"c":3}""", await _lrs.Http.GetStringAsync(address));

        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Post, address, "\uFEFF{\"c\":3}")).StatusCode);
        Assert.Equal("""{"b":1.50,"a":{"y":2},"c":3}""", await _lrs.Http.GetStringAsync(address));

        Assert.Equal("document-not-mergeable", (await Lrs.ProblemAsync(await SendAsync(HttpMethod.Post, address, "[1]"))).Code);
        Assert.Equal("document-not-mergeable", (await Lrs.ProblemAsync(await SendAsync(HttpMethod.Post, address, "{broken"))).Code);
        Assert.Equal("document-not-mergeable", (await Lrs.ProblemAsync(await SendAsync(HttpMethod.Post, address, "text"u8.ToArray(), "text/plain"))).Code);
        // A PUT keeps what it gets, also what is not the JSON that it says it is.
        string broken = address + "-broken";
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Put, broken, "{broken")).StatusCode);
        Assert.Equal((400, "document-not-mergeable", null), await Lrs.ProblemAsync(await SendAsync(HttpMethod.Post, broken, """{"a":1}""")));
        Assert.Equal("""{"b":1.50,"a":{"y":2},"c":3}""", await _lrs.Http.GetStringAsync(address));
    }

    [Theory]
    [InlineData("/xapi/activities/state?activityId=urn:a&agent=" + Agent, "stateId")]
    [InlineData("/xapi/activities/profile?activityId=urn:a", "profileId")]
    [InlineData("/xapi/agents/profile?agent=" + Agent, "profileId")]
    public async Task Lists_the_ids_there_are_and_those_since(string context, string idName)
    {
        await SendAsync(HttpMethod.Put, $"{context}&{idName}=one", "{}");
        string between = DateTimeOffset.UtcNow.AddMilliseconds(1).ToString("O");
        await Task.Delay(20);
        await SendAsync(HttpMethod.Put, $"{context}&{idName}=two", "{}");
        Assert.Equal(["one", "two"], await _lrs.Http.GetFromJsonAsync<string[]>(context) ?? []);
        Assert.Equal(["two"], await _lrs.Http.GetFromJsonAsync<string[]>($"{context}&since={Uri.EscapeDataString(between)}") ?? []);
    }

    [Fact]
    public async Task Keeps_states_of_registrations_apart_and_clears_a_context()
    {
        const string context = $"/xapi/activities/state?activityId=urn:a&agent={Agent}";
        const string one = "&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7", other = "&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f8";
        await SendAsync(HttpMethod.Put, $"{context}{one}&stateId=s", "{\"r\":1}");
        await SendAsync(HttpMethod.Put, $"{context}{other}&stateId=t", "{\"r\":2}");
        Assert.Equal(404, (int)(await _lrs.Http.GetAsync($"{context}&stateId=s")).StatusCode);
        Assert.Equal(["s"], await _lrs.Http.GetFromJsonAsync<string[]>(context + one) ?? []);
        Assert.Equal(204, (int)(await _lrs.Http.DeleteAsync(context + one)).StatusCode);
        Assert.Equal(["t"], await _lrs.Http.GetFromJsonAsync<string[]>(context) ?? []);
        Assert.Equal(204, (int)(await _lrs.Http.DeleteAsync(context)).StatusCode);
        Assert.Empty(await _lrs.Http.GetFromJsonAsync<string[]>(context) ?? []);
    }

    [Theory]
    [InlineData("/xapi/activities/state?stateId=s&agent=" + Agent)]
    [InlineData("/xapi/activities/state?stateId=s&activityId=urn:a")]
    [InlineData("/xapi/activities/state?stateId=s&activityId=urn:a&agent=x")]
    [InlineData("/xapi/activities/state?stateId=s&activityId=a&agent=" + Agent)]
    [InlineData("/xapi/activities/state?stateId=s&activityId=urn:a&registration=x&agent=" + Agent)]
    [InlineData("/xapi/activities/state?activityId=urn:a&agent=" + Agent)]
    [InlineData("/xapi/activities/profile?profileId=p")]
    [InlineData("/xapi/activities/profile?activityId=urn:a")]
    [InlineData("/xapi/agents/profile?profileId=p")]
    [InlineData("/xapi/agents/profile?profileId=p&Agent=" + Agent)]
    public async Task Refuses_to_put_at(string address)
        => Assert.Equal(400, (await Lrs.ProblemAsync(await SendAsync(HttpMethod.Put, address, "{}"))).Status);

    [Fact]
    public async Task Has_one_winner_among_writers_who_saw_the_same_version()
    {
        await SendAsync(HttpMethod.Put, State, """{"v":0}""");
        string seen = await ETagAsync(State);
        var statuses = await Task.WhenAll(Enumerable.Range(1, 12).Select(async v => (int)(await SendAsync(HttpMethod.Put, State, $"{{\"v\":{v}}}", ifMatch: seen)).StatusCode));
        Assert.Single(statuses, 204);
        Assert.Equal(11, statuses.Count(status => status == 412));
    }

    [Fact]
    public async Task Loses_no_merge_among_many_writers()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (int)(await SendAsync(HttpMethod.Post, State, $"{{\"k{i}\":{i}}}")).StatusCode));
        Assert.All(statuses, status => Assert.Equal(204, status));
        for (int i = 0; i < 6; i++) Assert.Contains($"\"k{i}\":{i}", await _lrs.Http.GetStringAsync(State), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_1_0_3_overwrites_a_state_but_wants_a_header_for_a_profile()
    {
        using var old = _lrs.Client("all");
        old.DefaultRequestHeaders.Remove("X-Experience-API-Version");
        old.DefaultRequestHeaders.Add("X-Experience-API-Version", "1.0.3");
        Assert.Equal(204, (int)(await old.PutAsync(State, Lrs.Json("{\"v\":1}"))).StatusCode);
        Assert.Equal(204, (int)(await old.PutAsync(State, Lrs.Json("{\"v\":2}"))).StatusCode);
        Assert.Equal(400, (int)(await old.PutAsync(AgentProfile, Lrs.Json("{\"v\":1}"))).StatusCode);
    }

    [Fact]
    public async Task Takes_the_alternate_syntax_in_1_0_3_and_refuses_it_in_2_0()
    {
        using var plain = record.Service.Client(_lrs.Tenant);
        FormUrlEncodedContent Form(string version) => new(new Dictionary<string, string>
        {
            ["Authorization"] = $"Bearer {record.Service.TokenFor(_lrs.Tenant, "all")}",
            ["X-Experience-API-Version"] = version,
            ["Content-Type"] = "application/json",
            ["statementId"] = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0",
            ["content"] = Make.Statement(Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0")).ToJsonString(),
        });
        Assert.Equal(400, (int)(await plain.PostAsync("/xapi/statements?method=PUT", Form("2.0.0"))).StatusCode);
        Assert.Equal(204, (int)(await plain.PostAsync("/xapi/statements?method=PUT", Form("1.0.3"))).StatusCode);
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Forgets_an_erased_learners_documents()
    {
        await SendAsync(HttpMethod.Put, State, "{}");
        using var lookup = await _lrs.Http.PostAsync("/learning-record/learners/lookup", Lrs.Json("""{"actor":{"mbox":"mailto:maria@example.edu"}}"""));
        string learner = (await lookup.Content.ReadFromJsonAsync<Dictionary<string, string>>())!["learnerId"];
        using var operatorClient = _lrs.Client("operator");
        Assert.Equal(200, (int)(await operatorClient.PostAsync($"/learning-record/learners/{learner}/erase", Lrs.Json("""{"reason":"asked to be"}"""))).StatusCode);
        Assert.Equal(404, (int)(await _lrs.Http.GetAsync(State)).StatusCode);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Put, State, "{}")).StatusCode);
    }

    [Fact]
    public async Task Shows_no_version_in_the_place_of_another()
    {
        await SendAsync(HttpMethod.Put, State, """{"v":1}""");
        var first = await StandingAsync();
        await SendAsync(HttpMethod.Put, State, """{"v":2}""", ifMatch: await ETagAsync(State));
        var second = await StandingAsync();
        Assert.NotEqual(first.Text, second.Text);

        await PutAsync(second, second.Text);
        Assert.Equal(500, (int)(await _lrs.Http.GetAsync(State)).StatusCode);
        await PutAsync(await StandingAsync(), first.Text["v2:".Length..]);
        Assert.Equal(500, (int)(await _lrs.Http.GetAsync(State)).StatusCode);
    }

    [Fact]
    public async Task Shows_what_was_stored_before_ciphertexts_were_bound_to_their_versions()
    {
        await SendAsync(HttpMethod.Put, State, """{"v":1}""");
        var standing = await StandingAsync();
        string old = await record.Service.Services.GetRequiredService<IPersonalData>().ProtectAsync(
            _lrs.Tenant, standing.Subject, standing.Stream, DocumentText.Pack(new DocumentContent("s", "application/json", """{"v":"old"}"""u8.ToArray())), Cancellation);

        await PutAsync(standing, old);

        Assert.Equal("""{"v":"old"}""", await _lrs.Http.GetStringAsync(State));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<(string Stream, long Version, string Subject, string Text)> StandingAsync()
        => Assert.Single(await record.Service.Services.GetRequiredService<TenantReader>().QueryAsync(
            _lrs.Tenant,
            """
            select d.stream, d.version, d.subject, e.data->>'Text' from read.document d
            join events.mt_events e on e.tenant_id = d.tenant_id and e.stream_id = d.stream and e.version = d.version
            """,
            [], row => (row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3)), Cancellation));

    /// <summary>As the next version, as whoever may append could.</summary>
    private async Task PutAsync((string Stream, long Version, string Subject, string Text) after, string text)
    {
        var work = new UnitOfWork(new EventContext(_lrs.Tenant, "test", "correlation-1"));
        work.Append(after.Stream, after.Version, [new DocumentStored("state", after.Subject, "da39a3ee5e6b4b0d3255bfef95601890afd80709", text)]);
        work.Write(new GuardedWrite("update read.document set version = version + 1 where tenant_id = $1", [new() { Value = _lrs.Tenant }], RowsRequired: 1));
        Assert.True((await record.Service.Services.GetRequiredService<IEventStore>().CommitAsync(work, Cancellation)).IsAccepted);
    }

    private async Task<string> ETagAsync(string address)
    {
        using var response = await _lrs.Http.GetAsync(address);
        return response.Headers.ETag!.ToString();
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string? json = null, string? ifMatch = null, string? ifNoneMatch = null)
        => SendAsync(method, address, json is null ? null : Encoding.UTF8.GetBytes(json), "application/json", ifMatch, ifNoneMatch);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, byte[]? content, string type, string? ifMatch = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, address);
        if (content is not null) request.Content = new ByteArrayContent(content) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await _lrs.Http.SendAsync(request);
    }
}
