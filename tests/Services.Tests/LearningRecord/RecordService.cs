using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[CollectionDefinition(Name)]
public sealed class RecordCollection : ICollectionFixture<RecordService>
{
    public const string Name = "learning record";
}

/// <summary>The learning record on a database of its own. Each test takes a tenant of its own.</summary>
public sealed class RecordService(TestServers servers) : IAsyncLifetime
{
    private static int _tenants;

    public ServiceUnderTest Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await ServiceUnderTest.StartAsync(
        servers,
        LearningRecordService.Definition,
        new Dictionary<string, string?>
        {
            // Nobody listens there: the record takes statements whether there is a broker or not.
            ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/",
            ["Access:Url"] = "http://127.0.0.1:9",
            ["Limits:RequestsPerSecond"] = "100000",
            ["Limits:Burst"] = "100000",
        });

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    public Lrs NewTenant() => new(this, $"tenant-{Interlocked.Increment(ref _tenants)}");
}

/// <summary>One tenant's record store, as an activity provider sees it.</summary>
public sealed class Lrs
{
    private readonly RecordService _record;

    public Lrs(RecordService record, string tenant)
    {
        (_record, Tenant) = (record, tenant);
        Http = Client("all", "learners");
    }

    public string Tenant { get; }

    public HttpClient Http { get; }

    public HttpClient Client(params string[] scopes)
    {
        var client = _record.Service.Client(Tenant, scopes);
        client.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        return client;
    }

    public Task<HttpResponseMessage> PostAsync(params JsonNode[] statements)
        => Http.PostAsync("/xapi/statements", Json(statements.Length == 1 ? statements[0].ToJsonString() : new JsonArray([.. statements.Select(s => s.DeepClone())]).ToJsonString()));

    public Task<HttpResponseMessage> PutAsync(Guid id, JsonNode statement) => Http.PutAsync($"/xapi/statements?statementId={id}", Json(statement.ToJsonString()));

    public Task<HttpResponseMessage> GetAsync(string query) => Http.GetAsync("/xapi/statements" + query);

    public async Task<JsonElement> ReadAsync(string query)
    {
        using var response = await GetAsync(query);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<List<string>> IdsAsync(string query)
        => [.. (await ReadAsync(query)).GetProperty("statements").EnumerateArray().Select(statement => statement.GetProperty("id").GetString()!)];

    public async Task StoreAsync(params JsonNode[] statements)
    {
        using var response = await PostAsync(statements);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    public static async Task<(int Status, string? Code, string? Place)> ProblemAsync(HttpResponseMessage response)
    {
        using var owned = response;
        string text = await response.Content.ReadAsStringAsync();
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return ((int)response.StatusCode, null, null);
        var problem = JsonDocument.Parse(text).RootElement;
        return ((int)response.StatusCode, problem.GetProperty("code").GetString(), problem.TryGetProperty("place", out var place) ? place.GetString() : null);
    }
}

/// <summary>Makes statements.</summary>
public static class Make
{
    public const string Passed = "http://adlnet.gov/expapi/verbs/passed";

    public static JsonObject Statement(Guid? id = null, string who = "maria", string verb = Passed, string activity = "https://example.edu/courses/welding-1", JsonNode? about = null)
        => new()
        {
            ["id"] = (id ?? Guid.NewGuid()).ToString(),
            ["actor"] = Agent(who),
            ["verb"] = new JsonObject { ["id"] = verb, ["display"] = new JsonObject { ["en"] = "did", ["de"] = "tat" } },
            ["object"] = about ?? new JsonObject { ["id"] = activity, ["definition"] = new JsonObject { ["name"] = new JsonObject { ["en"] = "Welding", ["de"] = "Schweißen" } } },
            ["result"] = new JsonObject { ["score"] = new JsonObject { ["scaled"] = 0.83 } },
        };

    public static JsonObject Agent(string who) => new() { ["mbox"] = $"mailto:{who}@example.edu", ["name"] = who };

    public static JsonObject Reference(Guid id) => new() { ["objectType"] = "StatementRef", ["id"] = id.ToString() };

    public static JsonObject Voiding(Guid target, Guid? id = null)
    {
        var statement = Statement(id, "admin", "http://adlnet.gov/expapi/verbs/voided", about: Reference(target));
        statement.Remove("result");
        return statement;
    }

    public static JsonObject Without(this JsonObject statement, string member)
    {
        statement.Remove(member);
        return statement;
    }

    public static JsonObject With(this JsonObject statement, string member, JsonNode? value)
    {
        statement[member] = value;
        return statement;
    }
}
