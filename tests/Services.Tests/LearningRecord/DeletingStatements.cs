using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Deleting;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.Tests.Support;
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

    [Fact]
    public async Task What_is_older_than_its_rule_is_deleted_and_nothing_else()
    {
        using var http = _lrs.Client("operator");
        const string launched = "http://adlnet.gov/expapi/verbs/launched";
        var (old, kept, untold) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(old, verb: Viewed), Make.Statement(kept, verb: launched), Make.Statement(untold));
        var rules = new object[] { new { days = 30, verb = Viewed }, new { days = 32, verb = launched } };
        using (var set = await http.PutAsJsonAsync("/learning-record/retention", new { rules }, Cancellation)) Assert.Equal(HttpStatusCode.OK, set.StatusCode);

        using var retention = Retention();
        await retention.StartAsync(Cancellation);
        await Eventually.TrueAsync(async () => (await _lrs.IdsAsync("")).Count == 2, TimeSpan.FromSeconds(20), "the old one is deleted", Cancellation);

        Assert.Equal([kept.ToString(), untold.ToString()], await _lrs.IdsAsync("?ascending=true"));
        var deletion = Assert.IsType<StatementDeleted>((await EventsAsync(StatementStream.Name(old))).Single(e => e is StatementDeleted));
        await Eventually.TrueAsync(async () => (await EventsAsync($"deletion-{deletion.DeletionId}")).Count == 1, TimeSpan.FromSeconds(20), "and told", Cancellation);
        await retention.StopAsync(Cancellation);
        var told = Assert.IsType<StatementsDeleted>(Assert.Single(await EventsAsync($"deletion-{deletion.DeletionId}")));
        Assert.Equal((1, "retention", Viewed), (told.Statements, told.Reason, told.Verb));
    }

    [Fact]
    public async Task An_institution_whose_rules_fail_does_not_keep_the_others_from_theirs()
    {
        // One on either side, in whatever order they come.
        var (first, last) = (record.NewTenant(), record.NewTenant());
        foreach (var lrs in new[] { first, _lrs, last })
        {
            using var http = lrs.Client("operator");
            await lrs.StoreAsync(Make.Statement(verb: Viewed));
            using var set = await http.PutAsJsonAsync("/learning-record/retention", new { rules = new[] { new { days = 30, verb = Viewed } } }, Cancellation);
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        using var retention = Retention(store => new StoreThatFailsFor(_lrs.Tenant, store));
        await retention.StartAsync(Cancellation);
        foreach (var lrs in new[] { first, last })
            await Eventually.TrueAsync(async () => (await lrs.IdsAsync("")).Count == 0, TimeSpan.FromSeconds(20), "the others' are deleted", Cancellation);
        await retention.StopAsync(Cancellation);
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Two_deletions_of_the_same_lots_at_once_count_each_statement_once()
    {
        await _lrs.StoreAsync([.. Enumerable.Range(0, 250).Select(_ => Make.Statement(verb: Viewed))]);
        await _lrs.StoreAsync(Make.Statement());
        var told = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => DeleteAsync(new { filter = new { verb = Viewed } })));
        Assert.Equal(250, told.Sum(each => each.GetProperty("statements").GetInt64()));
        Assert.Single(await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Registration_activity_and_time_narrow_a_deletion()
    {
        var registration = Guid.NewGuid();
        const string course = "https://example.edu/courses/plumbing-1";
        var context = new System.Text.Json.Nodes.JsonObject { ["registration"] = registration.ToString() };
        var (wanted, otherCourse, otherRegistration) = (Make.Statement(activity: course).With("context", context.DeepClone()), Make.Statement().With("context", context.DeepClone()), Make.Statement(activity: course));
        await _lrs.StoreAsync(wanted, otherCourse, otherRegistration);
        var stored = (await _lrs.ReadAsync($"?statementId={wanted["id"]}")).GetProperty("stored").GetDateTimeOffset();

        Assert.Equal(0, (await DeleteAsync(new { filter = new { registration, activity = course, storedUntil = stored.AddSeconds(-1) } })).GetProperty("statements").GetInt64());
        Assert.Equal(0, (await DeleteAsync(new { filter = new { registration, activity = course, storedSince = stored.AddSeconds(1) } })).GetProperty("statements").GetInt64());
        Assert.Equal(1, (await DeleteAsync(new { filter = new { registration, activity = course, storedSince = stored.AddSeconds(-1), storedUntil = stored.AddSeconds(1) } })).GetProperty("statements").GetInt64());
        Assert.Equal([$"{otherRegistration["id"]}", $"{otherCourse["id"]}"], (await _lrs.IdsAsync("")));
    }

    /// <summary>A month later, every second.</summary>
    private RetentionService Retention(Func<IEventStore, IEventStore>? behind = null)
    {
        var services = record.Service.Services;
        var store = services.GetRequiredService<IEventStore>();
        return new RetentionService(
            services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Daemon), behind?.Invoke(store) ?? store, services.GetRequiredService<StatementDeletion>(),
            new LaterClock(TimeSpan.FromDays(31)), new ConfigurationBuilder().AddInMemoryCollection([new("Retention:EverySeconds", "1")]).Build(), NullLogger<RetentionService>.Instance);
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

    private sealed class StoreThatFailsFor(string failing, IEventStore store) : IEventStore
    {
        public Task<Result<Committed>> CommitAsync(UnitOfWork work, CancellationToken cancellation) => store.CommitAsync(work, cancellation);

        public IAsyncEnumerable<RecordedEvent> ReadStreamAsync(string tenant, string stream, long afterVersion, CancellationToken cancellation)
            => store.ReadStreamAsync(tenant, stream, afterVersion, cancellation);

        public Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation) => store.VersionAsync(tenant, stream, cancellation);

        public Task<Loaded<TState>> LoadAsync<TState>(string tenant, string stream, Decider<TState> decider, CancellationToken cancellation)
            => tenant == failing ? throw new InvalidOperationException("It fails.") : store.LoadAsync(tenant, stream, decider, cancellation);
    }

    private sealed class LaterClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
