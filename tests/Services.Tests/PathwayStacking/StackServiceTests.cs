using System.Net;
using System.Text.Json;
using Pathways.Contracts;
using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.Contracts.TransferRecognition.V1;
using Pathways.PathwayStacking;
using Pathways.PathwayStacking.Messaging;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>The service over HTTP and by events: import, enrolment, credentials that come and go.</summary>
public sealed class StackServiceTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>, IAsyncLifetime
{
    private const string Award = "https://hutchinson.example/achievements/certificate";
    private const string Pathway = """
        {"@graph":[
          {"@id":"https://hutchinson.example/pathways/two","@type":"ceterms:Pathway","ceterms:name":{"en":"Two courses"},"ceterms:hasDestinationComponent":["https://hutchinson.example/certificate"]},
          {"@id":"https://hutchinson.example/certificate","@type":"ceterms:CredentialComponent","ceterms:name":{"en":"Certificate"},
           "ceterms:proxyFor":"https://hutchinson.example/achievements/certificate",
           "ceterms:hasCondition":[{"@type":"ceterms:ComponentCondition","ceterms:requiredNumber":2,"ceterms:targetComponent":["https://hutchinson.example/we104","https://hutchinson.example/finance"]}]},
          {"@id":"https://hutchinson.example/we104","@type":"ceterms:CourseComponent","ceterms:name":{"en":"WE104"},"ceterms:codedNotation":"WE104"},
          {"@id":"https://hutchinson.example/finance","@type":"ceterms:CourseComponent","ceterms:name":{"en":"Finance"},"ceterms:codedNotation":"FIN"}]}
        """;

    private string _pathwayId = "";

    private HttpClient Registrar => stacking.Registrar;

    public async ValueTask InitializeAsync()
    {
        var imported = await Registrar.PostTextAsync($"pathway-stacking/pathways/import?awards={Award}", Pathway);
        Assert.Equal(HttpStatusCode.OK, imported.Status);
        _pathwayId = imported.Json.GetProperty("pathways")[0].GetProperty("pathwayId").GetString()!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_stack_is_completed_by_a_credential_and_recognised_credit_and_reopened_when_one_is_revoked()
    {
        var stack = await EnrolAsync("learner-1");
        Assert.Equal("not-satisfied", await VerdictAsync(stack));

        await DeliverAsync(Issued("learner-1", "c-1", "WE104"));
        await DeliverAsync<RecognitionReaction>("recognition-r-1", Recognised("learner-1", "r-1", "FIN"));
        Assert.Equal("satisfied", await VerdictAsync(stack));

        await DeliverAsync("credential-c-1", new CredentialRevoked("c-1", "learner-1", "we104", "issued in error", Now));
        Assert.Equal("not-satisfied", await VerdictAsync(stack));
    }

    [Fact]
    public async Task Who_imports_and_enrols_reads_it_in_the_lists_at_once()
    {
        var imported = await Registrar.PostTextAsync("pathway-stacking/pathways/import", StackingUnderTest.Document("at-once", 1, "only"));
        string pathway = imported.Json.GetProperty("pathways")[0].GetProperty("pathwayId").GetString()!;
        var pathways = await Registrar.ReadAsync($"pathway-stacking/pathways?limit=200&minPosition={LastEvent(imported)}");
        Assert.Contains(pathways.Json.GetProperty("items").EnumerateArray(), listed => listed.GetProperty("pathwayId").GetString() == pathway);

        var enrolled = await Registrar.PostJsonAsync("pathway-stacking/enrolments", new { learnerId = "learner-at-once", pathwayId = pathway });
        var stacks = await Registrar.ReadAsync($"pathway-stacking/stacks?learnerId=learner-at-once&minPosition={LastEvent(enrolled)}");
        Assert.Single(stacks.Json.GetProperty("items").EnumerateArray());

        static string LastEvent(Answer answer) => answer.Headers.GetValues(MinPosition.Header).Single();
    }

    [Fact]
    public async Task A_stack_does_not_hold_itself_up_by_the_credential_that_it_was_awarded()
    {
        var stack = await EnrolAsync("learner-2");
        await DeliverAsync(Issued("learner-2", "c-2", "WE104"));
        await DeliverAsync<RecognitionReaction>("recognition-r-2", Recognised("learner-2", "r-2", "FIN"));
        await DeliverAsync(Issued("learner-2", "c-certificate", Award, Award));

        await DeliverAsync("credential-c-2", new CredentialRevoked("c-2", "learner-2", "we104", "issued in error", Now));

        Assert.Equal("not-satisfied", await VerdictAsync(stack));
    }

    [Fact]
    public async Task Credit_that_was_withdrawn_and_is_recognised_again_counts_again()
    {
        var stack = await EnrolAsync("learner-8");
        await DeliverAsync(Issued("learner-8", "c-8", "WE104"));
        var recognised = Recognised("learner-8", "r-8", "FIN");
        await DeliverAsync<RecognitionReaction>("recognition-r-8", recognised);
        await DeliverAsync<RecognitionReaction>("recognition-r-8", new RecognitionRefused("r-8", "learner-8", recognised.CredentialId, "credential-suspended", "suspended"));
        Assert.Equal("not-satisfied", await VerdictAsync(stack));

        await DeliverAsync<RecognitionReaction>("recognition-r-8", recognised);

        Assert.Equal("satisfied", await VerdictAsync(stack));
    }

    [Fact]
    public async Task What_a_learner_holds_before_the_enrolment_counts_in_the_new_stack()
    {
        await DeliverAsync(Issued("learner-3", "c-3", "WE104"));
        await DeliverAsync<RecognitionReaction>("recognition-r-3", Recognised("learner-3", "r-3", "FIN"));

        Assert.Equal("satisfied", await VerdictAsync(await EnrolAsync("learner-3")));
    }

    [Fact]
    public async Task Credentials_that_arrive_while_the_learner_enrols_are_never_missed()
    {
        for (int round = 0; round < 10; round++)
        {
            var learner = $"learner-race-{round}";
            var enrolling = EnrolAsync(learner);
            await Task.WhenAll(
                enrolling,
                DeliverAsync(Issued(learner, $"c-{learner}", "WE104")),
                DeliverAsync<RecognitionReaction>($"recognition-{learner}", Recognised(learner, $"r-{learner}", "FIN")));
            Assert.Equal("satisfied", await VerdictAsync(await enrolling));
        }
    }

    [Fact]
    public async Task A_credential_delivered_twice_changes_a_stack_once()
    {
        var stack = await EnrolAsync("learner-4");
        var incoming = Deliveries.Incoming(StackingUnderTest.Tenant, "credential-c-4", Issued("learner-4", "c-4", "WE104"));
        await stacking.Service.DeliverAsync<IssuanceReaction>(incoming);
        var before = await StackAsync(stack);

        await stacking.Service.DeliverAsync<IssuanceReaction>(incoming);

        Assert.Equal(before.Headers.ETag, (await StackAsync(stack)).Headers.ETag);
    }

    [Fact]
    public async Task Refuses_a_second_enrolment_and_a_retired_pathway()
    {
        var pathwayId = await stacking.PublishAsync("retiring", 1, "T1");
        await stacking.EnrolAsync("learner-5", pathwayId);
        var again = await Registrar.PostJsonAsync("pathway-stacking/enrolments", new { learnerId = "learner-5", pathwayId });
        await Registrar.PostJsonAsync($"pathway-stacking/pathways/{pathwayId}/retire", new { reason = "replaced" });
        var late = await Registrar.PostJsonAsync("pathway-stacking/enrolments", new { learnerId = "learner-6", pathwayId });

        Assert.Equal((HttpStatusCode.Conflict, "already-enrolled"), (again.Status, again.ProblemCode));
        Assert.Equal((HttpStatusCode.Conflict, "pathway-retired"), (late.Status, late.ProblemCode));
    }

    [Fact]
    public async Task Importing_the_same_document_again_changes_nothing_and_a_dry_run_stores_nothing()
    {
        var again = await Registrar.PostTextAsync($"pathway-stacking/pathways/import?awards={Award}", Pathway);
        var dry = await Registrar.PostTextAsync($"pathway-stacking/pathways/import?awards={Award}&dryRun=true", Pathway.Replace("Two courses", "Three courses"));
        var current = await Registrar.ReadAsync($"pathway-stacking/pathways/{_pathwayId}");

        Assert.False(again.Json.GetProperty("pathways")[0].GetProperty("isNew").GetBoolean());
        Assert.Equal(2, dry.Json.GetProperty("pathways")[0].GetProperty("version").GetInt32());
        Assert.Equal((1, "Two courses"), (current.Json.GetProperty("version").GetInt32(), current.Json.GetProperty("pathway").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task The_list_follows_the_stream()
    {
        var stack = await EnrolAsync("learner-7");
        await DeliverAsync(Issued("learner-7", "c-7", "WE104"));

        await Eventually.TrueAsync(
            async () => (await Registrar.ReadAsync("pathway-stacking/stacks?learnerId=learner-7")).Json.GetProperty("items").EnumerateArray()
                .Any(item => item.GetProperty("stackId").GetString() == stack && item.GetProperty("requirementsMet").GetInt32() == 1),
            TimeSpan.FromSeconds(20), "the list shows the stack with one requirement met", TestContext.Current.CancellationToken);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CredentialIssued Issued(string learner, string id, string identifier, string? achievement = null) => new(
        id, learner, achievement ?? $"https://hutchinson.example/achievements/{identifier}", 1, identifier, "did:web:hutchinson.example", Now, null,
        new Credit(3, "creditUnit:SemesterHour"), null, 0.9m, [identifier], [], []);

    private static CreditRecognised Recognised(string learner, string id, string identifier) => new(
        id, learner, "https://sophia.example/credentials/1", "agreement-1", 1, "clause-1", new Credit(3, "creditUnit:SemesterHour"), null, [identifier], Now, "hash");

    private Task DeliverAsync(CredentialIssued issued) => DeliverAsync($"credential-{issued.CredentialId}", issued);

    private Task DeliverAsync(string stream, IPublicEvent data) => DeliverAsync<IssuanceReaction>(stream, data);

    private Task DeliverAsync<TReaction>(string stream, IPublicEvent data)
        where TReaction : class, Pathways.Messaging.Consuming.IReaction
        => stacking.Service.DeliverAsync<TReaction>(Deliveries.Incoming(StackingUnderTest.Tenant, stream, data));

    private Task<string> EnrolAsync(string learner) => stacking.EnrolAsync(learner, _pathwayId);

    private Task<Answer> StackAsync(string stackId) => Registrar.ReadAsync($"pathway-stacking/stacks/{stackId}");

    private async Task<string?> VerdictAsync(string stackId) => (await StackAsync(stackId)).Json.GetProperty("verdict").GetString();
}
