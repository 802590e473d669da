using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pathways.Contracts;
using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.Tests.Support;
using Pathways.TransferRecognition;
using Pathways.TransferRecognition.Messaging;
using Xunit;

namespace Pathways.Services.Tests.TransferRecognition;

/// <summary>The service, with Sophia as sending and Hutchinson as receiving institution.</summary>
public sealed class RecognitionUnderTest(TestServers servers) : IAsyncLifetime
{
    public const string Sending = "sophia";
    public const string Receiving = "hutchinson";

    public ServiceUnderTest Service { get; private set; } = null!;

    public HttpClient Sender { get; private set; } = null!;

    public HttpClient Receiver { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // No broker in these tests: events are given to the reactions by Deliveries.
        Service = await ServiceUnderTest.StartAsync(await servers.PostgresAsync(), TransferRecognitionService.Definition,
            new Dictionary<string, string?> { ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/", ["Access:Url"] = "http://127.0.0.1:9" });
        Sender = Service.Client(Sending, "define", "recognise");
        Receiver = Service.Client(Receiving, "define", "recognise");
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        Receiver.Dispose();
        await Service.DisposeAsync();
    }

    /// <summary>An agreement under which the code counts for three hours; concluded.</summary>
    public async Task ConcludeAsync(string id, string code, decimal minScore = 0.7m)
    {
        string hash = await ProposeAsync(id, code, minScore);
        await PostAsync(Sender, $"transfer-recognition/agreements/{id}/sign", new { termsHash = hash });
        await PostAsync(Receiver, $"transfer-recognition/agreements/{id}/sign", new { termsHash = hash });
        await Eventually.TrueAsync(
            async () => (await GetAsync(Receiver, $"transfer-recognition/agreements/{id}"))["versions"]!.AsArray().Count > 0,
            TimeSpan.FromSeconds(10), $"agreement {id} is concluded", TestContext.Current.CancellationToken);
    }

    public async Task<string> ProposeAsync(string id, string code, decimal minScore = 0.7m)
    {
        using var response = await Receiver.PutAsJsonAsync($"transfer-recognition/agreements/{id}", new
        {
            title = "Finance for welders",
            sendingInstitution = Sending,
            effectiveFrom = "2020-01-01T00:00:00Z",
            clauses = new[]
            {
                new
                {
                    id = "finance", title = "Principles of Finance", covers = new[] { code }, countsAs = new[] { "https://hutchinson.example/courses/fn101" },
                    award = new { amount = 3.0m, unit = "creditUnit:SemesterHour" }, minScaledScore = minScore,
                },
            },
        }, TestContext.Current.CancellationToken);
        return (string)(await ReadAsync(response))["proposal"]!["termsHash"]!;
    }

    public static string CredentialId(string name) => $"{ServiceUnderTest.PublicOrigin}/credentials/{Sending}/{name}";

    public Task IssueAsync(string name, string code, decimal score = 0.85m) => TellAsync(name, new CredentialIssued(
        CredentialId(name), "learner-at-sophia", "https://sophia.example/achievements/finance", 1, "Principles of Finance", "did:web:sophia.example",
        DateTimeOffset.UtcNow.AddDays(-1), ValidUntil: null, new Credit(3m, "creditUnit:SemesterHour"), Level: null, score, [code], [], []));

    public Task TellAsync(string name, IPublicEvent told)
        => Service.DeliverAsync<CredentialReaction>(Deliveries.Incoming(Sending, $"credential-{name}", told));

    public Task<JsonObject> AskAsync(string name, string learner = "learner-at-hutchinson")
        => PostAsync(Receiver, "transfer-recognition/recognitions", new { learnerId = learner, credentialId = CredentialId(name) });

    public Task StatusAsync(JsonObject recognition, string status) => Eventually.TrueAsync(
        async () => (string?)(await GetAsync(Receiver, $"transfer-recognition/recognitions/{recognition["id"]}"))["status"] == status,
        TimeSpan.FromSeconds(10), $"the recognition is {status}", TestContext.Current.CancellationToken);

    public static async Task<JsonObject> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public static async Task<JsonObject> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }
}
