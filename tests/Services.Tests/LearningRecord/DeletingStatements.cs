using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Recording;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class DeletingStatements(RecordService record)
{
    private const string Viewed = "http://id.tincanapi.com/verb/viewed";

    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dry_run_counts_and_deletes_nothing()
    {
        await _lrs.StoreAsync(Make.Statement(verb: Viewed), Make.Statement(verb: Viewed), Make.Statement());
        var told = await DeleteAsync(new { filter = new { verb = Viewed }, dryRun = true });
        Assert.Equal((2, true), (told.GetProperty("statements").GetInt64(), told.GetProperty("dryRun").GetBoolean()));
        Assert.Equal(3, (await _lrs.IdsAsync("")).Count);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_from_every_answer_and_its_achievement_is_withdrawn()
    {
        var (deleted, stays, voided) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(deleted, who: "ben"), Make.Statement(stays), Make.Statement(voided, who: "ben"));
        await _lrs.StoreAsync(Make.Voiding(voided));
        string by = "?agent=" + Uri.EscapeDataString("""{"mbox":"mailto:ben@example.edu"}""");
        var told = await DeleteAsync(new { filter = new { agent = new { mbox = "mailto:ben@example.edu" } }, reason = "they asked" });

        Assert.Equal(2, told.GetProperty("statements").GetInt64());
        Assert.Empty(await _lrs.IdsAsync(by));
        Assert.Empty(await _lrs.IdsAsync(by + "&related_agents=true"));
        Assert.DoesNotContain(deleted.ToString(), await _lrs.IdsAsync(""));
        Assert.Contains(stays.ToString(), await _lrs.IdsAsync(""));
        foreach (string one in new[] { $"?statementId={deleted}", $"?voidedStatementId={voided}" })
        {
            using var answer = await _lrs.GetAsync(one);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        var events = await EventsAsync(StatementStream.Name(deleted));
        Assert.Contains(events, e => e is AchievementWithdrawn { Reason: "deleted" });
        Assert.Contains(events, e => e is StatementDeleted);
        var deletion = Assert.IsType<StatementsDeleted>(Assert.Single(await EventsAsync($"deletion-{told.GetProperty("deletionId").GetGuid()}")));
        Assert.Equal((2, "they asked", true), (deletion.Statements, deletion.Reason, deletion.NamedAnAgent));
    }

    [Fact]
    public async Task An_id_that_was_deleted_is_not_taken_again()
    {
        var statement = Make.Statement(verb: Viewed);
        await _lrs.StoreAsync(statement);
        await DeleteAsync(new { filter = new { verb = Viewed } });
        Assert.Equal((409, "statement-id-conflict", null), await Lrs.ProblemAsync(await _lrs.PostAsync(statement)));
        Assert.Empty(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task What_refers_to_a_deleted_statement_stays_and_is_not_found_through_it_any_more()
    {
        var (target, referring) = (Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(target, verb: Viewed));
        await _lrs.StoreAsync(Make.Statement(referring, verb: "http://adlnet.gov/expapi/verbs/commented", about: Make.Reference(target)).Without("result"));
        string byVerb = "?verb=" + Uri.EscapeDataString(Viewed);
        Assert.Equal(2, (await _lrs.IdsAsync(byVerb)).Count);
        await DeleteAsync(new { filter = new { verb = Viewed } });
        Assert.Empty(await _lrs.IdsAsync(byVerb));
        Assert.Equal([referring.ToString()], await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task A_filter_that_asks_nothing_deletes_nothing()
    {
        using var http = _lrs.Client("operator");
        Assert.Equal((400, "filter-empty", "/filter"), await Lrs.ProblemAsync(await http.PostAsJsonAsync("/learning-record/deletions", new { filter = new { } }, Cancellation)));
    }

    [Fact]
    public async Task Retention_rules_are_kept_and_checked()
    {
        using var http = _lrs.Client("operator");
        using (var set = await http.PutAsJsonAsync("/learning-record/retention", new { rules = new[] { new { days = 30, verb = Viewed } } }, Cancellation))
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        var rules = (await http.GetFromJsonAsync<JsonElement>("/learning-record/retention", Cancellation)).GetProperty("rules");
        Assert.Equal(30, rules[0].GetProperty("days").GetInt32());
        using var bad = await http.PutAsJsonAsync("/learning-record/retention", new { rules = new[] { new { days = 0 } } }, Cancellation);
        Assert.Equal((400, "retention-invalid", "/rules/0/days"), await Lrs.ProblemAsync(bad));
    }

    private async Task<JsonElement> DeleteAsync(object request)
    {
        using var http = _lrs.Client("operator");
        using var answer = await http.PostAsJsonAsync("/learning-record/deletions", request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<List<object>> EventsAsync(string stream)
    {
        var events = new List<object>();
        await foreach (var recorded in record.Service.Services.GetRequiredService<IEventStore>().ReadStreamAsync(_lrs.Tenant, stream, 0, Cancellation)) events.Add(recorded.Data);
        return events;
    }
}
