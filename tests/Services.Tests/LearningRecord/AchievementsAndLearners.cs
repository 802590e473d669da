using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Recording;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class AchievementsAndLearners(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();
    private readonly Guid _id = Guid.NewGuid();

    [Fact]
    public async Task Records_an_achievement_with_the_statement_and_withdraws_it_when_it_is_voided()
    {
        await _lrs.StoreAsync(Make.Statement(_id));
        await _lrs.StoreAsync(Make.Voiding(_id));
        var events = await EventsAsync(_id);
        var recorded = Assert.IsType<AchievementRecorded>(events[1]);
        Assert.Equal((await LookUpAsync("maria"), "passed", 0.83m), (recorded.LearnerId, recorded.Outcome, recorded.ScaledScore ?? 0));
        Assert.Equal("voided", Assert.IsType<AchievementWithdrawn>(events[3]).Reason);
    }

    [Fact]
    public async Task Records_nothing_for_a_statement_that_achieves_nothing()
    {
        await _lrs.StoreAsync(Make.Statement(_id, verb: "http://adlnet.gov/expapi/verbs/experienced"));
        Assert.IsType<StatementStored>(Assert.Single(await EventsAsync(_id)));
    }

    [Fact]
    public async Task Looks_up_a_learner_by_any_spelling_of_the_same_identifier_and_by_tenant()
    {
        string learner = await LookUpAsync("maria");
        Assert.Matches("^learner-[a-z2-7]{26}$", learner);
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA1.HashData("mailto:maria@example.edu"u8));
        Assert.Equal(learner, await LookUpAsync(new JsonObject { ["mbox_sha1sum"] = hash }, _lrs));
        Assert.NotEqual(learner, await LookUpAsync(Make.Agent("maria"), record.NewTenant()));
    }

    [Fact]
    public async Task Stores_nothing_that_names_a_person_in_the_clear()
    {
        await _lrs.StoreAsync(Make.Statement(_id, who: "canary-7261").With("context", new JsonObject { ["instructor"] = Make.Agent("canary-7262") }));
        await using var source = NpgsqlDataSource.Create(record.Service.Database.OwnerConnectionString);
        foreach (string table in new[] { "events.mt_events", "read.statement", "read.statement_term", "events.subject_keys" })
        {
            // The owner is held to row-level security too; the daemon's policy sees every tenant.
            await using var daemon = NpgsqlDataSource.Create(record.Service.Database.DaemonConnectionString);
            await using var command = daemon.CreateCommand($"select count(*) from {table} t where t::text like '%canary-726%'");
            Assert.Equal(0L, await command.ExecuteScalarAsync());
        }
    }

    private Task<string> LookUpAsync(string who) => LookUpAsync(Make.Agent(who), _lrs);

    private static async Task<string> LookUpAsync(JsonObject actor, Lrs lrs)
    {
        using var response = await lrs.Http.PostAsJsonAsync("/learning-record/learners/lookup", new JsonObject { ["actor"] = actor });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("learnerId").GetString()!;
    }

    private async Task<List<object>> EventsAsync(Guid id)
    {
        var events = new List<object>();
        var store = record.Service.Services.GetRequiredService<IEventStore>();
        await foreach (var recorded in store.ReadStreamAsync(_lrs.Tenant, StatementStream.Name(id), 0, CancellationToken.None)) events.Add(recorded.Data);
        return events;
    }
}
