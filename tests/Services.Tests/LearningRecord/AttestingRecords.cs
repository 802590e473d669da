using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class Attesting_records(RecordService record)
{
    private const string Attestations = "/learning-record/attestations";
    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_attested_is_an_achievement_until_it_is_withdrawn_with_a_reason()
    {
        using var office = _lrs.Client("issue");
        var attested = await AttestAsync(office, Guid.NewGuid(), Body("maria"));
        var id = attested.GetProperty("recordId").GetGuid();
        Assert.Equal("attested", attested.GetProperty("outcome").GetString());
        var view = await office.GetFromJsonAsync<JsonElement>($"{Attestations}/{id}", Cancellation);
        Assert.Equal(("Food bank", 12.5m, false), (view.GetProperty("title").GetString(), view.GetProperty("hours").GetDecimal(), view.GetProperty("isWithdrawn").GetBoolean()));
        Assert.Equal("mailto:ben@example.edu", view.GetProperty("attester").GetProperty("mbox").GetString());
        Assert.Contains(await EventsAsync(id), e => e is AchievementRecorded { Outcome: "attested" });

        Assert.Equal((400, "reason-missing", "/reason"), await Lrs.ProblemAsync(await office.PostAsJsonAsync($"{Attestations}/{id}/withdraw", new { reason = " " }, Cancellation)));
        Assert.Equal((400, "reason-too-long", "/reason"), await Lrs.ProblemAsync(await office.PostAsJsonAsync($"{Attestations}/{id}/withdraw", new { reason = new string('x', 501) }, Cancellation)));
        using (var withdrawn = await office.PostAsJsonAsync($"{Attestations}/{id}/withdraw", new { reason = "entered twice" }, Cancellation))
            Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        Assert.Equal((409, "attestation-withdrawn", null), await Lrs.ProblemAsync(await office.PostAsJsonAsync($"{Attestations}/{id}/withdraw", new { reason = "again" }, Cancellation)));
        view = await office.GetFromJsonAsync<JsonElement>($"{Attestations}/{id}", Cancellation);
        Assert.Equal((true, "entered twice"), (view.GetProperty("isWithdrawn").GetBoolean(), view.GetProperty("withdrawnBecause").GetString()));
        Assert.Contains(await EventsAsync(id), e => e is AchievementWithdrawn);
    }

    [Fact]
    public async Task Sent_again_it_is_one_record_and_another_one_under_its_id_is_refused()
    {
        using var office = _lrs.Client("issue");
        var id = Guid.NewGuid();
        await AttestAsync(office, id, Body("maria"));
        await AttestAsync(office, id, Body("maria"));
        Assert.Equal((409, "statement-id-conflict", null), await Lrs.ProblemAsync(await office.PutAsJsonAsync($"{Attestations}/{id}", Body("maria", "Soup kitchen"), Cancellation)));
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Repeated_with_its_key_it_is_one_record_and_the_key_is_good_for_no_other()
    {
        using var office = _lrs.Client("issue");
        office.DefaultRequestHeaders.Add("Idempotency-Key", "a-form");
        var ids = new HashSet<Guid>();
        for (int i = 0; i < 2; i++)
        {
            using var answer = await office.PostAsJsonAsync(Attestations, Body("maria"), Cancellation);
            ids.Add((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("recordId").GetGuid());
        }
        Assert.Single(ids);
        Assert.Equal((422, "idempotency-key-reused", null), await Lrs.ProblemAsync(await office.PostAsJsonAsync(Attestations, Body("maria", "Soup kitchen"), Cancellation)));
        using var other = _lrs.Client("issue");
        using var unkeyed = await other.PostAsJsonAsync(Attestations, Body("maria"), Cancellation);
        Assert.Equal(2, (await _lrs.IdsAsync("")).Count);
    }

    [Fact]
    public async Task Whoever_may_only_write_statements_attests_nothing_by_them()
    {
        var alike = Make.Statement(verb: "https://pathways.example/xapi/verbs/attested");
        Assert.Equal((400, "attestation-reserved", "/verb/id"), await Lrs.ProblemAsync(await _lrs.PostAsync(alike)));
        Assert.Equal((400, "attestation-reserved", "/verb/id"), await Lrs.ProblemAsync(await _lrs.PutAsync(Guid.Parse(alike["id"]!.GetValue<string>()), alike)));
        using var imported = await _lrs.Http.PostAsJsonAsync("/learning-record/imports/statements", new[] { Make.Statement(), alike }, Cancellation);
        var answer = await imported.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal((1, "attestation-reserved"), (answer.GetProperty("stored").GetInt32(), answer.GetProperty("outcomes")[0].GetProperty("code").GetString()));
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task A_learners_records_are_listed_page_by_page_and_other_statements_are_not()
    {
        using var office = _lrs.Client("issue");
        await _lrs.StoreAsync(Make.Statement());
        string learner = "";
        foreach (string title in new[] { "one", "two", "three" }) learner = (await AttestAsync(office, Guid.NewGuid(), Body("maria", title))).GetProperty("learnerId").GetString()!;
        await AttestAsync(office, Guid.NewGuid(), Body("someone-else"));
        var page = await office.GetFromJsonAsync<JsonElement>($"{Attestations}?learner={learner}&limit=2", Cancellation);
        var rest = await office.GetFromJsonAsync<JsonElement>($"{Attestations}?learner={learner}&limit=2&after={page.GetProperty("next").GetString()}", Cancellation);
        Assert.Equal(["one", "two", "three"], page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("title").GetString()!));

        using var other = record.NewTenant().Client("issue");
        Assert.Empty((await other.GetFromJsonAsync<JsonElement>($"{Attestations}?learner={learner}", Cancellation)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task What_only_says_the_verb_since_before_it_was_reserved_is_left_out_and_ends_no_page()
    {
        using var office = _lrs.Client("issue");
        await AttestAsync(office, Guid.NewGuid(), Body("maria", "one"));
        var alike = Make.Statement(verb: "https://pathways.example/xapi/verbs/attested").With("context", System.Text.Json.Nodes.JsonNode.Parse(
            """{"instructor":{"mbox":"mailto:ben@example.edu"},"extensions":{"https://pathways.example/xapi/extensions/attestation":{"kind":7}}}"""));
        var id = Guid.Parse(alike["id"]!.GetValue<string>());
        var authority = JsonSerializer.SerializeToElement(Make.Agent("lms"));
        Assert.Null(await record.Service.Services.GetRequiredService<Recorder>().RecordAsync(
            new EventContext(_lrs.Tenant, "lms", "before"), new Client("lms", authority, Defines: false), [new NewStatement(id, JsonSerializer.SerializeToElement(alike))], XapiVersion.V200, Cancellation));
        string learner = (await AttestAsync(office, Guid.NewGuid(), Body("maria", "two"))).GetProperty("learnerId").GetString()!;

        Assert.Equal((404, "attestation-not-found", null), await Lrs.ProblemAsync(await office.GetAsync($"{Attestations}/{id}", Cancellation)));
        var page = await office.GetFromJsonAsync<JsonElement>($"{Attestations}?learner={learner}&limit=1", Cancellation);
        Assert.Equal("one", Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("title").GetString());
        var rest = await office.GetFromJsonAsync<JsonElement>($"{Attestations}?learner={learner}&limit=1&after={page.GetProperty("next").GetString()}", Cancellation);
        Assert.Equal("two", Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("title").GetString());
        Assert.False(rest.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Whoever_was_erased_stays_nameless_in_what_they_attested()
    {
        using var office = _lrs.Client("issue");
        var id = (await AttestAsync(office, Guid.NewGuid(), Body("maria"))).GetProperty("recordId").GetGuid();
        using var found = await _lrs.Http.PostAsJsonAsync("/learning-record/learners/lookup", new { actor = Make.Agent("ben") }, Cancellation);
        string ben = (await found.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("learnerId").GetString()!;
        using var people = _lrs.Client("operator");
        using (var erased = await people.PostAsJsonAsync($"/learning-record/learners/{ben}/erase", new { reason = "asked to be" }, Cancellation)) Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        string told = await office.GetStringAsync($"{Attestations}/{id}", Cancellation);
        Assert.Contains(ben, told, StringComparison.Ordinal);
        Assert.DoesNotContain("ben@example.edu", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_vouches_for_themselves()
    {
        using var office = _lrs.Client("issue");
        Assert.Equal((400, "attestation-invalid", "/attester"), await Lrs.ProblemAsync(await office.PostAsJsonAsync(Attestations, Body("ben"), Cancellation)));
    }

    private static object Body(string learner, string title = "Food bank") => new
    {
        learner = Make.Agent(learner), attester = Make.Agent("ben"), attesterRole = "Supervisor", kind = "volunteering", title, from = "2026-01-05", to = "2026-02-20",
        hours = 12.5, organisation = "City food bank", evidence = new[] { new { title = "Roster", url = "https://example.edu/roster" } },
    };

    private static async Task<JsonElement> AttestAsync(HttpClient office, Guid id, object body)
    {
        using var answer = await office.PutAsJsonAsync($"{Attestations}/{id}", body, Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<List<object>> EventsAsync(Guid id)
    {
        var events = new List<object>();
        await foreach (var recorded in record.Service.Services.GetRequiredService<IEventStore>().ReadStreamAsync(_lrs.Tenant, StatementStream.Name(id), 0, Cancellation)) events.Add(recorded.Data);
        return events;
    }
}
