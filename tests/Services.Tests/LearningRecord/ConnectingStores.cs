using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.LearningRecord;
using Pathways.LearningRecord.Connecting;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.Tests.Support;
using Pathways.WebDefaults.Outbound;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>Our record store and another one, over HTTP and with credentials.</summary>
public sealed partial class Connecting_stores : IClassFixture<TwoStores>, IDisposable
{
    private const string Connections = "/learning-record/connections";
    private const string Experienced = "http://adlnet.gov/expapi/verbs/experienced";
    private static int _count;

    private readonly TwoStores _stores;
    private readonly TestServers _servers;
    private readonly string _tenant = $"institution-{Interlocked.Increment(ref _count)}";
    private readonly HttpClient _near;
    private readonly HttpClient _operator;

    public Connecting_stores(TwoStores stores, TestServers servers)
    {
        (_stores, _servers) = (stores, servers);
        _near = stores.Near.Client(_tenant, "all", "learners");
        _near.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        _operator = stores.Near.Client(_tenant, "operator");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Lane => _tenant;

    public void Dispose()
    {
        _near.Dispose();
        _operator.Dispose();
    }

    [Fact]
    public async Task A_process_that_can_not_let_go_of_a_connection_ends_all_the_same()
    {
        using var far = await FarAsync();
        var asked = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        _stores.KeepAnswers(Lane, answered.Task);
        _stores.Answer(Lane, (_, _) =>
        {
            asked.TrySetResult();
            return null;
        });
        var near = await ServiceUnderTest.StartAsync(_servers, LearningRecordService.Definition, _stores.Settings);
        using var http = near.Client(_tenant, "all");
        http.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        using var operators = near.Client(_tenant, "operator");
        await StoreAsync(http, Make.Statement());
        using var defined = await operators.PostAsJsonAsync(
            Connections, Body("out", far.Client.GetProperty("clientId").GetString()!, far.Client.GetProperty("clientSecret").GetString()!, from: "start"), Cancellation);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        await using var database = new Npgsql.NpgsqlDataSourceBuilder(near.Database.DaemonConnectionString).Build();
        await using var holder = await database.OpenConnectionAsync(Cancellation);
        await using (await holder.BeginTransactionAsync(Cancellation))
        {
            await using (var held = new Npgsql.NpgsqlCommand("select 1 from read.lrs_connection for update", holder)) await held.ExecuteNonQueryAsync(Cancellation);
            var clock = Stopwatch.StartNew();
            await near.DisposeAsync();
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        }
        answered.SetResult();
    }

    [Fact]
    public void A_lease_that_an_exchange_outlives_is_refused()
    {
        var source = _stores.Near.Services.GetRequiredKeyedService<Npgsql.NpgsqlDataSource>(DataSources.Daemon);
        ConnectionWork Work(string seconds) => new(source, new ConfigurationBuilder().AddInMemoryCollection([new("Connections:LeaseSeconds", seconds)]).Build());
        Assert.NotNull(Work("20"));
        Assert.Contains("at least 20", Assert.Throws<InvalidOperationException>(() => Work("19")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_stores_are_remembered_than_is_wanted()
    {
        _stores.Tell(Lane, _ => Task.FromResult(Page(null)));
        var peer = _stores.Near.Services.GetRequiredService<PeerStore>();
        for (int i = 0; i <= Dependency.MostPipelines; i++)
        {
            var id = Guid.NewGuid();
            var settings = new ConnectionSettings(Connection.In, "Far", $"{_stores.Origin}/{Lane}/xapi", "key", "2.0.0", StatementFilter.All, 1);
            var connection = new WorkingConnection(_tenant, id, settings, peer.Seal(_tenant, id, "secret"), 0, Since: null, 0, Head: null, 0, DateTimeOffset.UtcNow, Guid.Empty);
            Assert.True((await peer.GetAsync(connection, PeerStore.Address(connection), Cancellation)).IsSuccess);
        }
        // One is forgotten, not all; a connection of another test may come or go at this moment.
        Assert.InRange(peer.Pipelines, Dependency.MostPipelines - 1, Dependency.MostPipelines + 1);
    }

    [Fact]
    public async Task Without_a_key_the_secret_is_a_bearer_token()
    {
        using var far = await FarAsync();
        var statement = Make.Statement();
        await StoreAsync(far.Http, statement);
        string token = await _stores.Far.Access.TokenAsync(far.Client.GetProperty("clientId").GetString()!, far.Client.GetProperty("clientSecret").GetString()!);
        using (var broken = await _operator.PostAsJsonAsync(Connections, new { direction = "in", name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", secret = "a b" }, Cancellation))
            Assert.Equal((400, "connection-invalid", "/secret"), await Lrs.ProblemAsync(broken));
        using var created = await _operator.PostAsJsonAsync(
            Connections, new { direction = "in", name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", secret = token, from = "start", intervalSeconds = 1 }, Cancellation);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Cancellation));
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).SequenceEqual([$"{statement["id"]}"]), TimeSpan.FromSeconds(20), "it is fetched", Cancellation);
    }

    [Fact]
    public async Task What_is_attested_goes_out_and_comes_in_as_a_plain_statement()
    {
        using var far = await FarAsync();
        using var office = _stores.Near.Client(_tenant, "issue");
        var record = await AttestAsync(office, "Food bank");
        var outgoing = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([record]), TimeSpan.FromSeconds(20), "it is forwarded", Cancellation);
        var told = await far.Http.GetFromJsonAsync<JsonElement>($"/xapi/statements?statementId={record}", Cancellation);
        Assert.Equal("https://pathways.example/xapi/verbs/attested-elsewhere", told.GetProperty("verb").GetProperty("id").GetString());
        // At once, and not after a refusal of what is not for others.
        Assert.Contains("/attested-elsewhere\"", Assert.Single(_stores.Posted(Lane)), StringComparison.Ordinal);
        using (var withdrawn = await office.PostAsJsonAsync($"/learning-record/attestations/{record}/withdraw", new { reason = "entered twice" }, Cancellation))
            Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        await Eventually.TrueAsync(async () => !(await IdsAsync(far.Http)).Contains(record), TimeSpan.FromSeconds(20), "its withdrawal follows", Cancellation);
        Assert.Equal(0, (await ViewAsync(outgoing)).GetProperty("deadLetters").GetInt64());

        var registrar = await _stores.Far.Access.CreateClientAsync($"far-{_tenant}", "issue");
        using var theirs = _stores.Far.With(new AuthenticationHeaderValue(
            "Bearer", await _stores.Far.Access.TokenAsync(registrar.GetProperty("clientId").GetString()!, registrar.GetProperty("clientSecret").GetString()!)));
        string foreign = await AttestAsync(theirs, "Soup kitchen");
        var incoming = await DefineAsync(far.Client, "in", from: "start");
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).Contains(foreign), TimeSpan.FromSeconds(20), "theirs is fetched", Cancellation);
        Assert.Equal(0, (await ViewAsync(incoming)).GetProperty("deadLetters").GetInt64());
        // Nobody here has attested it.
        using var asked = await office.GetAsync($"/learning-record/attestations/{foreign}", Cancellation);
        Assert.Equal((404, "attestation-not-found", null), await Lrs.ProblemAsync(asked));
    }

    [Fact]
    public async Task A_secret_is_kept_encrypted_and_never_shown()
    {
        using var created = await _operator.PostAsJsonAsync(Connections, Body("out", "key", "the-far-secret"), Cancellation);
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
        using (var changed = await _operator.PutAsJsonAsync($"{Connections}/{id}", new { name = "renamed", endpoint = $"{_stores.Origin}/{Lane}/xapi", key = "key", secret = "the-next-secret" }, Cancellation))
            Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        using (var elsewhere = await _operator.PutAsJsonAsync($"{Connections}/{id}", new { name = "renamed", endpoint = "https://lrs.example.edu/xapi", key = "key" }, Cancellation))
            Assert.Equal((400, "connection-secret-required", "/secret"), await Lrs.ProblemAsync(elsewhere));
        using var auditor = _stores.Near.Client(_tenant, "audit");
        string shown = await _operator.GetStringAsync(Connections, Cancellation) + await auditor.GetStringAsync($"/learning-record/audit/streams/connection-{id}", Cancellation);
        Assert.Contains("renamed", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("-secret", shown, StringComparison.Ordinal);
        using var stranger = _stores.Near.Client("somewhere-else", "operator");
        Assert.Equal((404, "connection-not-found", null), await Lrs.ProblemAsync(await stranger.GetAsync($"{Connections}/{id}", Cancellation)));
        Assert.Equal((404, "connection-not-found", null), await Lrs.ProblemAsync(await stranger.PostAsync($"{Connections}/{id}/pause", content: null, Cancellation)));
        await using var database = new Npgsql.NpgsqlDataSourceBuilder(_stores.Near.Database.DaemonConnectionString).Build();
        await using var command = database.CreateCommand("select secret from read.lrs_connection where id = $1");
        command.Parameters.Add(new() { Value = id });
        Assert.DoesNotContain("-secret", Encoding.Latin1.GetString((byte[])(await command.ExecuteScalarAsync(Cancellation))!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sideways", "https://lrs.example.edu/xapi", "connection-invalid", "/direction")]
    [InlineData("out", "lrs.example.edu", "connection-invalid", "/endpoint")]
    [InlineData("out", "file:///etc/passwd", "connection-invalid", "/endpoint")]
    [InlineData("out", "http://lrs.example.edu/xapi", "connection-endpoint-refused", "/endpoint")]
    [InlineData("out", "https://127.0.0.1/xapi", "connection-endpoint-refused", "/endpoint")]
    [InlineData("in", "https://169.254.169.254/xapi", "connection-endpoint-refused", "/endpoint")]
    public async Task A_connection_that_can_not_be_is_refused(string direction, string endpoint, string code, string place)
        => Assert.Equal((400, code, place), await Lrs.ProblemAsync(await _operator.PostAsJsonAsync(Connections, new { direction, name = "n", endpoint, key = "k", secret = "s" }, Cancellation)));

    [Theory]
    [InlineData("""{ "verbs": [null] }""", "invalid-json", "/filter/verbs/0")]
    [InlineData("""{ "activities": [null] }""", "invalid-json", "/filter/activities/0")]
    [InlineData("""{ "agents": [null] }""", "connection-invalid", "/filter/agents")]
    [InlineData("""{ "learners": [null] }""", "invalid-json", "/filter/learners/0")]
    [InlineData("""{ "learners": ["maria@example.edu"] }""", "connection-invalid", "/filter/learners")]
    public async Task A_filter_of_something_else_is_refused(string filter, string code, string place)
        => Assert.Equal((400, code, place), await Lrs.ProblemAsync(await _operator.PostAsJsonAsync(Connections, Body("out", "k", "s", JsonNode.Parse(filter)), Cancellation)));

    private static async Task<string> AttestAsync(HttpClient office, string title)
    {
        using var answer = await office.PostAsJsonAsync("/learning-record/attestations", new
        {
            learner = Make.Agent("maria"), attester = Make.Agent("ben"), kind = "volunteering", title, from = "2026-01-05", to = "2026-02-20",
        }, Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("recordId").GetString()!;
    }

    /// <summary>A process of its own on the same database, to be killed.</summary>
    private static Process Beside(ServiceUnderTest near, Dictionary<string, string?> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pathways.LearningRecord.dll")]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__App"] = near.Database.AppConnectionString;
        start.Environment["ConnectionStrings__Daemon"] = near.Database.DaemonConnectionString;
        start.Environment["Pathways__Service"] = "learning-record";
        start.Environment["Pathways__PublicOrigin"] = ServiceUnderTest.PublicOrigin;
        start.Environment["Pathways__Secrets"] = near.Secrets;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private object Body(string direction, string key, string secret, object? filter = null, string from = "now", string version = "2.0.0", int interval = 1)
        => new { direction, name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", key, secret, filter, from, intervalSeconds = interval, xapiVersion = version };

    /// <summary>What comes in, from what the door tells.</summary>
    private async Task<Guid> DefineLaneAsync(int interval = 1)
    {
        using var answer = await _operator.PostAsJsonAsync(Connections, Body("in", "key", "secret", from: "start", interval: interval), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
    }

    private static string Page(JsonObject? statement, string more = "")
        => new JsonObject { ["statements"] = statement is null ? [] : new JsonArray(statement.DeepClone()), ["more"] = more }.ToJsonString();

    private async Task<int> DisclosuresAsync(string who)
    {
        using var audit = _stores.Near.Client(_tenant, "audit");
        return (await audit.GetFromJsonAsync<JsonElement>($"/learning-record/learners/{await LearnerAsync(who)}/disclosures", Cancellation)).GetProperty("items").EnumerateArray()
            .Count(item => item.GetRawText().Contains("connection-", StringComparison.Ordinal));
    }

    private async Task<Guid> DefineAsync(JsonElement client, string direction = "out", object? filter = null, string from = "now", string version = "2.0.0")
    {
        using var answer = await _operator.PostAsJsonAsync(
            Connections, Body(direction, client.GetProperty("clientId").GetString()!, client.GetProperty("clientSecret").GetString()!, filter, from, version), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
    }

    private async Task PostAsync(string path, object? body = null)
    {
        using var answer = await _operator.PostAsync($"{Connections}/{path}", body is null ? null : JsonContent.Create(body), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private Task<JsonElement> ViewAsync(Guid id) => _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}", Cancellation);

    private async Task<FarClient> FarAsync()
    {
        var client = await _stores.Far.Access.CreateClientAsync($"far-{_tenant}", "all");
        return new FarClient(client, _stores.Far.With(client));
    }

    private async Task<string> LearnerAsync(string who)
    {
        using var found = await _near.PostAsJsonAsync("/learning-record/learners/lookup", new { actor = Make.Agent(who) }, Cancellation);
        return (await found.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("learnerId").GetString()!;
    }

    private static async Task StoreAsync(HttpClient http, JsonNode statements)
    {
        using var answer = await http.PostAsync("/xapi/statements", Lrs.Json(statements.ToJsonString()), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task StoreAttachedAsync(HttpClient http, JsonObject statement, string content)
    {
        string sha2 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        statement["attachments"] = new JsonArray(new JsonObject
        {
            ["usageType"] = "http://id.tincanapi.com/attachment/evidence", ["display"] = new JsonObject { ["en"] = "Evidence" },
            ["contentType"] = "text/plain", ["length"] = content.Length, ["sha2"] = sha2,
        });
        var part = new StringContent(content);
        part.Headers.Add("Content-Transfer-Encoding", "binary");
        part.Headers.Add("X-Experience-API-Hash", sha2);
        using var mixed = new MultipartContent("mixed") { Lrs.Json(statement.ToJsonString()), part };
        using var answer = await http.PostAsync("/xapi/statements", mixed, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<List<string>> IdsAsync(HttpClient http)
        => [.. (await http.GetFromJsonAsync<JsonElement>("/xapi/statements?ascending=true", Cancellation)).GetProperty("statements").EnumerateArray()
            .Select(statement => statement.GetProperty("id").GetString()!)];

    private sealed record FarClient(JsonElement Client, HttpClient Http) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
