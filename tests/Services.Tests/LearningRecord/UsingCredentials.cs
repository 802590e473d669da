using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pathways.LearningRecord;
using Pathways.Services.Tests.Access;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>The learning record beside the Access that gives out its credentials.</summary>
public sealed class RecordAndAccess(TestServers servers) : IAsyncLifetime
{
    public AccessUnderTest Access { get; } = new(servers);

    public ServiceUnderTest Record { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Access.InitializeAsync();
        Record = await ServiceUnderTest.StartAsync(
            servers,
            LearningRecordService.Definition,
            new Dictionary<string, string?>
            {
                ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/",
                ["Access:Url"] = Access.Service.Address.ToString(),
                ["Access:ClientId"] = AccessUnderTest.ServiceId,
                ["Access:ClientSecret"] = AccessUnderTest.ServiceSecret,
            },
            ownKeys: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Record.DisposeAsync();
        await Access.DisposeAsync();
    }

    public HttpClient With(JsonElement client) => With(Basic(client.GetProperty("clientId").GetString()!, client.GetProperty("clientSecret").GetString()!));

    public HttpClient With(AuthenticationHeaderValue authorization)
    {
        var http = new HttpClient { BaseAddress = Record.Address };
        http.DefaultRequestHeaders.Authorization = authorization;
        http.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        return http;
    }

    public static AuthenticationHeaderValue Basic(string key, string secret) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}")));
}

public sealed class Using_credentials(RecordAndAccess system) : IClassFixture<RecordAndAccess>
{
    private static int _tenants;

    private readonly string _tenant = $"institution-{Interlocked.Increment(ref _tenants)}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_is_signed_by_the_authority_of_its_credentials()
    {
        using var named = await ClientAsync(["all"], new { name = "The simulator", account = new { homePage = "https://sim.example.edu", name = "welding" } });
        var statement = Make.Statement();
        await StoreAsync(named, statement);
        var stored = await ReadAsync(named, $"/xapi/statements?statementId={statement["id"]}");
        Assert.Equal("The simulator", stored.GetProperty("authority").GetProperty("name").GetString());
        Assert.Equal("welding", stored.GetProperty("authority").GetProperty("account").GetProperty("name").GetString());

        using var other = await ClientAsync(["statements/read"]);
        string byAuthority = "/xapi/statements?related_agents=true&agent=" + Uri.EscapeDataString("""{"account":{"homePage":"https://sim.example.edu","name":"welding"}}""");
        Assert.Equal([$"{statement["id"]}"], await IdsAsync(other, byAuthority));
    }

    [Fact]
    public async Task Who_reads_only_its_own_sees_nothing_of_others_by_id_page_or_reference()
    {
        using var all = await ClientAsync(["all"]);
        using var mine = await ClientAsync(["statements/write", "statements/read/mine"]);
        var (theirs, own) = (Make.Statement(), Make.Statement());
        await StoreAsync(all, theirs);
        await StoreAsync(mine, own);
        // Found by the verb of a statement of its own that it refers to, but not itself its own.
        await StoreAsync(all, Make.Statement(verb: "http://adlnet.gov/expapi/verbs/commented", about: Make.Reference(Guid.Parse((string)own["id"]!))).Without("result"));

        Assert.Equal([$"{own["id"]}"], await IdsAsync(mine, "/xapi/statements"));
        Assert.Equal([$"{own["id"]}"], await IdsAsync(mine, "/xapi/statements?verb=" + Uri.EscapeDataString(Make.Passed)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(mine, $"/xapi/statements?statementId={theirs["id"]}"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(mine, $"/xapi/statements?statementId={own["id"]}"));
        Assert.Equal(3, (await IdsAsync(all, "/xapi/statements")).Count);
    }

    [Fact]
    public async Task Isolated_credentials_share_neither_statements_nor_documents()
    {
        using var one = await ClientAsync(["all"], isolated: true);
        using var two = await ClientAsync(["all"], isolated: true);
        using var open = await ClientAsync(["all"]);
        await StoreAsync(one, Make.Statement());
        Assert.Single(await IdsAsync(one, "/xapi/statements"));
        Assert.Empty(await IdsAsync(two, "/xapi/statements"));
        Assert.Single(await IdsAsync(open, "/xapi/statements"));

        string state = "/xapi/activities/state?activityId=https%3A%2F%2Fexample.edu%2Fa&stateId=bookmark&agent=" + Uri.EscapeDataString("""{"mbox":"mailto:maria@example.edu"}""");
        using (var put = await one.PutAsync(state, Lrs.Json("""{"page":1}"""), Cancellation)) Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(one, state));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(two, state));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(open, state));
    }

    [Fact]
    public async Task Only_who_may_define_says_what_an_activity_is_called()
    {
        using var plain = await ClientAsync(["statements/write"]);
        using var defining = await ClientAsync(["statements/write", "define", "statements/read"]);
        await StoreAsync(plain, Make.Statement());
        const string activity = "/xapi/activities?activityId=https%3A%2F%2Fexample.edu%2Fcourses%2Fwelding-1";
        Assert.False((await ReadAsync(defining, activity)).TryGetProperty("definition", out _));
        await StoreAsync(defining, Make.Statement());
        Assert.Equal("Welding", (await ReadAsync(defining, activity)).GetProperty("definition").GetProperty("name").GetProperty("en").GetString());
    }

    [Theory]
    [InlineData("statements/write", "POST /xapi/statements")]
    [InlineData("statements/read", "GET /xapi/statements")]
    [InlineData("statements/read/mine", "GET /xapi/statements")]
    [InlineData("state", "GET /xapi/activities/state", "PUT /xapi/activities/state")]
    [InlineData("profile", "GET /xapi/activities/profile", "PUT /xapi/activities/profile", "GET /xapi/agents/profile", "PUT /xapi/agents/profile")]
    [InlineData("all/read", "GET /xapi/statements", "GET /xapi/activities/state", "GET /xapi/activities/profile", "GET /xapi/agents/profile")]
    [InlineData(
        "all", "POST /xapi/statements", "GET /xapi/statements", "GET /xapi/activities/state", "PUT /xapi/activities/state",
        "GET /xapi/activities/profile", "PUT /xapi/activities/profile", "GET /xapi/agents/profile", "PUT /xapi/agents/profile")]
    public async Task A_scope_opens_its_resources_and_no_others(string scope, params string[] open)
    {
        string[] calls =
        [
            "POST /xapi/statements", "GET /xapi/statements", "GET /xapi/activities/state", "PUT /xapi/activities/state",
            "GET /xapi/activities/profile", "PUT /xapi/activities/profile", "GET /xapi/agents/profile", "PUT /xapi/agents/profile",
        ];
        using var http = await ClientAsync([scope]);
        foreach (string call in calls)
        {
            string[] parts = call.Split(' ');
            using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]) { Content = parts[0] == "GET" ? null : Lrs.Json("{}") };
            using var answer = await http.SendAsync(request, Cancellation);
            Assert.True(open.Contains(call) == (answer.StatusCode != HttpStatusCode.Forbidden), $"{scope}: {call} {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_rotated_secret_ends_at_once()
    {
        var client = await system.Access.CreateClientAsync(_tenant, "all");
        using var before = system.With(client);
        await HeardAsync(before);
        using var rotated = await system.Access.SendAsync(HttpMethod.Post, $"/access/clients/{client.GetProperty("clientId").GetString()}/rotate");
        await EndsAsync(before);
        using var after = system.With(await rotated.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(after, "/xapi/statements"));
    }

    [Fact]
    public async Task A_revoked_client_ends_at_once_with_its_bearer_tokens()
    {
        var client = await system.Access.CreateClientAsync(_tenant, "all");
        string clientId = client.GetProperty("clientId").GetString()!;
        using var basic = system.With(client);
        using var bearer = system.With(new AuthenticationHeaderValue("Bearer", await system.Access.TokenAsync(clientId, client.GetProperty("clientSecret").GetString()!)));
        await HeardAsync(basic);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(bearer, "/xapi/statements"));
        using (await system.Access.SendAsync(HttpMethod.Post, $"/access/clients/{clientId}/revoke"))
        {
            await EndsAsync(basic);
            await EndsAsync(bearer);
        }
    }

    [Fact]
    public async Task Wrong_credentials_are_told_as_such_with_their_own_challenge()
    {
        using var wrong = system.With(RecordAndAccess.Basic("somebody", "wrong"));
        wrong.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.10");
        using var answer = await wrong.GetAsync("/xapi/statements", Cancellation);
        Assert.StartsWith("Basic ", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal((401, "credentials-invalid", null), await Lrs.ProblemAsync(answer));
    }

    [Fact]
    public async Task Who_guesses_secrets_is_slowed_down_before_access_is_asked()
    {
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 150; i++)
        {
            using var guessing = system.With(RecordAndAccess.Basic("somebody", $"guess-{i}"));
            // From an address of its own, as the door tells it: others are not slowed down with it.
            guessing.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
            statuses.Add(await StatusAsync(guessing, "/xapi/statements"));
        }
        Assert.Contains(HttpStatusCode.Unauthorized, statuses);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.DoesNotContain(statuses, status => status is not (HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task An_authority_that_is_no_agent_is_refused()
    {
        using var answer = await system.Access.SendAsync(
            HttpMethod.Post, "/access/clients", new { tenant = _tenant, scopes = new[] { "all" }, authority = new { mbox = "maria@example.edu" } });
        Assert.Equal((400, "authority-invalid", "/authority"), await Lrs.ProblemAsync(answer));
    }

    private async Task<HttpClient> ClientAsync(string[] scopes, object? authority = null, bool isolated = false)
        => system.With(await system.Access.CreateClientAsync(new { tenant = _tenant, scopes, authority, isolated }));

    /// <summary>The record has to have started listening to Access, which takes a moment after its start.</summary>
    /// <summary>Access has answered, and tells us in the same moment: a machine at its limit delivers that a little later. A token would hold for minutes.</summary>
    private static Task EndsAsync(HttpClient http)
        => Eventually.TrueAsync(async () => await StatusAsync(http, "/xapi/statements") == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(5), "the credentials are over", Cancellation);

    private static Task HeardAsync(HttpClient http)
        => Eventually.TrueAsync(async () => await StatusAsync(http, "/xapi/statements") == HttpStatusCode.OK, TimeSpan.FromSeconds(20), "the credentials are taken", Cancellation);

    private static async Task StoreAsync(HttpClient http, System.Text.Json.Nodes.JsonNode statement)
    {
        using var answer = await http.PostAsync("/xapi/statements", Lrs.Json(statement.ToJsonString()), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<JsonElement> ReadAsync(HttpClient http, string path) => await http.GetFromJsonAsync<JsonElement>(path, Cancellation);

    private static async Task<List<string>> IdsAsync(HttpClient http, string path)
        => [.. (await ReadAsync(http, path)).GetProperty("statements").EnumerateArray().Select(statement => statement.GetProperty("id").GetString()!)];

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }
}
