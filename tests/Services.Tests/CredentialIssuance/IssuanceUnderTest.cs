using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.Contracts.LearningRecord.V1;
using Pathways.CredentialIssuance;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Messaging;
using Pathways.EventStore;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>The service with an issuer that has published a course and a stacked certificate.</summary>
public sealed class IssuanceUnderTest(TestServers servers) : IAsyncLifetime
{
    public const string Tenant = "sophia";
    public const string ActivityId = "https://sophia.example/activities/fin1001";
    public const string CertificateIri = "https://sophia.example/achievements/business";

    public ServiceUnderTest Service { get; private set; } = null!;

    public HttpClient Registrar { get; private set; } = null!;

    internal ForeignSites Sites { get; } = new();

    public HttpClient Anybody { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // No broker in these tests: events are given to the reactions by Deliveries.
        Service = await ServiceUnderTest.StartAsync(servers, CredentialIssuanceService.Definition,
            new Dictionary<string, string?> { ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/", ["Access:Url"] = "http://127.0.0.1:9" },
            services => services.Replace(ServiceDescriptor.Singleton(Sites.Guard())));
        Registrar = Service.Client(Tenant, "define", "issue", "learners");
        Anybody = Service.Client();

        await PostAsync("credential-issuance/issuers", new { name = "Sophia Learning", url = "https://sophia.example", jwtAlgorithm = "RS256" });
        await PublishAsync("principles-of-finance", new
        {
            name = "Principles of Finance",
            description = "Time value of money, risk and return.",
            criteria = "Pass the final examination.",
            achievementType = "Course",
            credit = new { amount = 3.0m, unit = "creditUnit:SemesterHour" },
            level = "audLevel:LowerDivisionLevel",
            identifiers = new[] { "SOPH-0033", "ce-e4f5301e-0164-47f8-b020-23984defdb92" },
            rule = new { activityId = ActivityId, outcomes = new[] { "passed" }, minScaledScore = 0.7m },
        });
        await PublishAsync("first-aid", new
        {
            name = "First <aid>", description = "Short-lived.", criteria = "Attend.", achievementType = "Badge", validForDays = 1,
        });
        await PublishAsync("workplace-safety", new
        {
            name = "Workplace safety", description = "Renewed each year.", criteria = "Attend.", achievementType = "Badge", statusPurpose = "suspension",
        });
        await PublishAsync("business", new
        {
            name = "Business Certificate",
            description = "Three courses.",
            criteria = "Complete the pathway.",
            achievementType = "Certificate",
            identifiers = new[] { CertificateIri },
            rule = new { stack = true },
        });
    }

    public async Task<JsonObject> PostAsync(string path, object? body = null)
    {
        using var response = await Registrar.PostAsJsonAsync(path, body ?? new { }, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>The course, by a result that meets its rule.</summary>
    public async Task<Guid> AwardByResultAsync(string learner)
    {
        await Service.DeliverAsync<LearningRecordReaction>(Deliveries.Incoming(Tenant, $"statement-{learner}", new AchievementRecorded(
            learner, $"record-{learner}", "passed", ActivityId, ActivityType: null, 0.85m, DateTimeOffset.UtcNow, "1")));
        return await AwardedAsync("principles-of-finance", learner);
    }

    /// <summary>The one credential that stands.</summary>
    public async Task<Guid> AwardedAsync(string achievementId, string learner)
        => Assert.Single((await Service.Services.GetRequiredService<IEventStore>().LoadAsync(
            Tenant, Awards.StreamOf(achievementId, learner), Awards.Decider, TestContext.Current.CancellationToken)).State.Standing).Key;

    /// <summary>Another institution registers, publishes and awards by hand.</summary>
    public async Task<Guid> AwardAtAsync(string tenant, object issuer)
    {
        using var registrar = Service.Client(tenant, "define", "issue");
        var cancellation = TestContext.Current.CancellationToken;
        await EnsureAsync(await registrar.PostAsJsonAsync("credential-issuance/issuers", issuer, cancellation));
        await EnsureAsync(await registrar.PutAsJsonAsync("credential-issuance/achievements/course",
            new { name = "Course", description = "Short.", criteria = "Attend.", achievementType = "Course" }, cancellation));
        await EnsureAsync(await registrar.PostAsJsonAsync("credential-issuance/achievements/course/publish", new { }, cancellation));
        return (Guid)(await EnsureAsync(await registrar.PostAsJsonAsync("credential-issuance/credentials",
            new { achievementId = "course", learnerId = "learner-elsewhere", reason = "Attended" }, cancellation)))["id"]!;
    }

    private static async Task<JsonObject> EnsureAsync(HttpResponseMessage response)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}");
            return JsonNode.Parse(text)!.AsObject();
        }
    }

    /// <summary>As anybody would: no token, the credential as it is.</summary>
    public async Task<JsonObject> VerifyAsync(byte[] credential)
    {
        using var content = new ByteArrayContent(credential);
        using var response = await Anybody.PostAsync("verify", content, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public async Task<JsonObject> GetAsync(string path)
        => JsonNode.Parse(await Registrar.GetStringAsync(path, TestContext.Current.CancellationToken))!.AsObject();

    public async Task PublishAsync(string id, object definition)
    {
        using var defined = await Registrar.PutAsJsonAsync($"credential-issuance/achievements/{id}", definition, TestContext.Current.CancellationToken);
        Assert.True(defined.IsSuccessStatusCode, await defined.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await PostAsync($"credential-issuance/achievements/{id}/publish");
    }

    public async ValueTask DisposeAsync()
    {
        Registrar.Dispose();
        Anybody.Dispose();
        await Service.DisposeAsync();
    }
}
