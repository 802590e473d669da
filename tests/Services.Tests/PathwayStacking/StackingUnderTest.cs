using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.Contracts;
using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.PathwayStacking;
using Pathways.PathwayStacking.Messaging;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>The stacking service without a broker, with a clock that a test can put forward, and a registrar who may do everything.</summary>
public sealed class StackingUnderTest(TestServers servers) : IAsyncLifetime
{
    public const string Tenant = "hutchinson";

    public ServiceUnderTest Service { get; private set; } = null!;

    public ShiftedClock Clock { get; } = new();

    public HttpClient Registrar { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await ServiceUnderTest.StartAsync(
            servers, StackingService.Definition,
            new Dictionary<string, string?> { ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/", ["Access:Url"] = "http://127.0.0.1:9" },
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)));
        Registrar = Service.Client(Tenant, "define", "learners", "recognise", "audit");
    }

    /// <summary>A certificate of some courses of which so many are needed.</summary>
    /// <returns>The pathway's id.</returns>
    public async Task<string> PublishAsync(string name, int needed, params string[] courses)
    {
        var imported = await Registrar.PostTextAsync("pathway-stacking/pathways/import", Document(name, needed, courses));
        Assert.True(imported.Status == HttpStatusCode.OK, imported.ToString());
        return imported.Json.GetProperty("pathways")[0].GetProperty("pathwayId").GetString()!;
    }

    public static string Document(string name, int needed, params string[] courses)
    {
        var root = $"https://hutchinson.example/{name}";
        var targets = string.Join(',', courses.Select(course => $"\"{root}/{course}\""));
        var nodes = string.Concat(courses.Select(course =>
            $$""",{"@id":"{{root}}/{{course}}","@type":"ceterms:CourseComponent","ceterms:name":{"en":"{{course}}"},"ceterms:codedNotation":"{{course}}"}"""));
        return $$"""
            {"@graph":[
              {"@id":"{{root}}","@type":"ceterms:Pathway","ceterms:name":{"en":"{{name}}"},"ceterms:hasDestinationComponent":["{{root}}/goal"]},
              {"@id":"{{root}}/goal","@type":"ceterms:CredentialComponent","ceterms:name":{"en":"Certificate {{name}}"},
               "ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":{{needed}},"ceterms:targetComponent":[{{targets}}]}]}
              {{nodes}}]}
            """;
    }

    public async Task<string> EnrolAsync(string learner, string pathwayId)
    {
        var enrolled = await Registrar.PostJsonAsync("pathway-stacking/enrolments", new { learnerId = learner, pathwayId });
        Assert.True(enrolled.Status == HttpStatusCode.Created, enrolled.ToString());
        return enrolled.Json.GetProperty("stackId").GetString()!;
    }

    public CredentialIssued Issued(string learner, string id, string course, DateTimeOffset? validFrom = null) => new(
        id, learner, $"https://hutchinson.example/achievements/{course}", 1, course, "did:web:hutchinson.example", validFrom ?? Clock.GetUtcNow(), null,
        new Credit(3, "creditUnit:SemesterHour"), null, 0.9m, [course], [], []);

    public Task DeliverAsync(CredentialIssued issued) => DeliverAsync($"credential-{issued.CredentialId}", issued);

    public Task RevokeAsync(string learner, string credential)
        => DeliverAsync($"credential-{credential}", new CredentialRevoked(credential, learner, "urn:any", "issued in error", Clock.GetUtcNow()));

    public Task DeliverAsync(string stream, IPublicEvent data) => Service.DeliverAsync<IssuanceReaction>(Deliveries.Incoming(Tenant, stream, data));

    public Task<Answer> StackAsync(string stackId) => Registrar.ReadAsync($"pathway-stacking/stacks/{stackId}");

    public async Task<string?> VerdictAsync(string stackId) => (await StackAsync(stackId)).Json.GetProperty("verdict").GetString();

    public async ValueTask DisposeAsync()
    {
        Registrar.Dispose();
        await Service.DisposeAsync();
    }
}

/// <summary>The real clock, and more.</summary>
public sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
