using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class ErasingLearners(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();
    private readonly Guid _id = Guid.NewGuid();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_the_learner_out_of_every_answer_and_says_so_in_an_event()
    {
        await _lrs.StoreAsync(Make.Statement(_id, who: "leaver"), Make.Statement(who: "stayer"));
        string learner = await LookUpAsync("leaver");

        var erased = await EraseAsync(learner);
        var again = await EraseAsync(learner);

        Assert.Equal((true, 1), (erased.GetProperty("keyDestroyed").GetBoolean(), erased.GetProperty("cleared").GetProperty("statements").GetInt32()));
        Assert.True(again.GetProperty("erasedBefore").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-1));
        Assert.Equal((false, 0), (again.GetProperty("keyDestroyed").GetBoolean(), again.GetProperty("cleared").GetProperty("statements").GetInt32()));
        Assert.Equal(404, (int)(await _lrs.GetAsync($"?statementId={_id}")).StatusCode);
        Assert.Single(await _lrs.IdsAsync($"?verb={Uri.EscapeDataString(Make.Passed)}"));
        Assert.Equal("erased", Assert.IsType<AchievementWithdrawn>((await EventsAsync(StatementStream.Name(_id)))[^1]).Reason);
        Assert.Equal(new PersonErased(learner, "asked to be"), Assert.Single(await EventsAsync($"erasure-{learner}")));
        // The id stays taken: what is erased can't come back under the same id by a provider's retry.
        Assert.Equal(409, (int)(await _lrs.PostAsync(Make.Statement(_id, who: "leaver"))).StatusCode);
    }

    [Fact]
    public async Task Says_so_of_a_learner_who_has_only_documents()
    {
        string agent = Uri.EscapeDataString(Make.Agent("writer").ToJsonString());
        using (var put = await _lrs.Http.PutAsync($"/xapi/agents/profile?profileId=p&agent={agent}", Lrs.Json("{}"), Ct)) Assert.Equal(204, (int)put.StatusCode);
        string learner = await LookUpAsync("writer");

        var erased = await EraseAsync(learner);

        Assert.Equal(1, erased.GetProperty("cleared").GetProperty("documents").GetInt32());
        Assert.IsType<PersonErased>(Assert.Single(await EventsAsync($"erasure-{learner}")));
    }

    [Fact]
    public async Task Wants_a_reason_and_a_tenant()
    {
        using var anonymous = _lrs.Client("operator");
        using var response = await anonymous.PostAsync("/learning-record/learners/learner-x/erase", Lrs.Json("""{"reason":" "}"""), Ct);
        Assert.Equal((400, "reason-missing", "/reason"), await Lrs.ProblemAsync(response));
        using var lengthy = await anonymous.PostAsync("/learning-record/learners/learner-x/erase", Lrs.Json($$"""{"reason":"{{new string('x', 501)}}"}"""), Ct);
        Assert.Equal((400, "reason-too-long", "/reason"), await Lrs.ProblemAsync(lengthy));
        using var operatorOfAll = record.Service.Client("*", "operator");
        using var everywhere = await operatorOfAll.PostAsync("/learning-record/learners/learner-x/erase", Lrs.Json("""{"reason":"asked to be"}"""), Ct);
        Assert.Equal(HttpStatusCode.Forbidden, everywhere.StatusCode);
    }

    /// <summary>As an instructor, as a member of the team, and as what a statement is about.</summary>
    [Fact]
    public async Task Leaves_a_pseudonym_where_others_statements_mention_the_learner()
    {
        var statement = Make.Statement(_id, who: "maria").With("context", new JsonObject
        {
            ["instructor"] = Make.Agent("leaver"),
            ["team"] = new JsonObject { ["objectType"] = "Group", ["member"] = new JsonArray(Make.Agent("stayer"), Make.Agent("leaver")) },
        });
        var about = Make.Statement(who: "maria", about: Make.Agent("leaver").With("objectType", "Agent"));
        await _lrs.StoreAsync(statement, about);
        var before = await _lrs.ReadAsync($"?statementId={_id}");
        Assert.Equal("leaver", before.GetProperty("context").GetProperty("instructor").GetProperty("name").GetString());
        string learner = await LookUpAsync("leaver");

        await EraseAsync(learner);

        var after = await _lrs.ReadAsync($"?statementId={_id}");
        var context = after.GetProperty("context");
        Assert.Equal("maria", after.GetProperty("actor").GetProperty("name").GetString());
        Assert.Equal((MentionedPersons.HomePage, learner), Account(context.GetProperty("instructor")));
        Assert.Equal("stayer", context.GetProperty("team").GetProperty("member")[0].GetProperty("name").GetString());
        Assert.Equal((MentionedPersons.HomePage, learner), Account(context.GetProperty("team").GetProperty("member")[1]));
        string everything = (await _lrs.ReadAsync("")).ToString();
        Assert.DoesNotContain("leaver", everything, StringComparison.Ordinal);
        Assert.Equal(2, (await _lrs.ReadAsync("")).GetProperty("statements").GetArrayLength());
    }

    [Fact]
    public async Task Leaves_nothing_unreadable_behind_when_statements_arrive_meanwhile()
    {
        string learner = await LookUpAsync("busy");
        int stored = 0;
        var writers = Enumerable.Range(0, 4).Select(async _ =>
        {
            for (int i = 0; i < 25; i++)
            {
                using var response = await _lrs.PostAsync(Make.Statement(who: "busy"));
                if (response.IsSuccessStatusCode) Interlocked.Increment(ref stored);
            }
        }).ToList();
        while (writers.Exists(writer => !writer.IsCompleted)) await EraseAsync(learner);
        await Task.WhenAll(writers);

        Assert.Equal(100, stored);
        await using var daemon = NpgsqlDataSource.Create(record.Service.Database.DaemonConnectionString);
        await using var rows = daemon.CreateCommand($"select count(*) from read.statement where learner_id = '{learner}'");
        Assert.Equal((long)(await rows.ExecuteScalarAsync(Ct))!, (await _lrs.IdsAsync("")).Count);
        await EraseAsync(learner);
        Assert.Equal(0L, await rows.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task Goes_on_where_it_was_broken_off()
    {
        const int All = 450;
        for (int stored = 0; stored < All; stored += 50) await _lrs.StoreAsync([.. Enumerable.Range(0, 50).Select(_ => Make.Statement(who: "diligent"))]);
        string learner = await LookUpAsync("diligent");
        string left = $"select count(*) from read.statement where tenant_id = '{_lrs.Tenant}' and learner_id = '{learner}'";
        await using var daemon = NpgsqlDataSource.Create(record.Service.Database.DaemonConnectionString);
        await using var looking = await daemon.OpenConnectionAsync(Ct);
        await using (await looking.BeginTransactionAsync(Ct))
        {
            // Somebody is at the last statement, so that the last lot can't be had.
            await ScalarAsync(looking, $"select 1 from read.statement where tenant_id = '{_lrs.Tenant}' and learner_id = '{learner}' order by seq desc limit 1 for update");
            using var brokenOff = new CancellationTokenSource();
            using var operatorClient = _lrs.Client("operator");
            var erasing = operatorClient.PostAsync($"/learning-record/learners/{learner}/erase", Lrs.Json("""{"reason":"asked to be"}"""), brokenOff.Token);
            await Eventually.TrueAsync(async () => (long)(await ScalarAsync(looking, left))! == 50, TimeSpan.FromSeconds(20), "two lots are gone", Ct);
            await brokenOff.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => erasing);
            const string Waiting = "select exists (select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid)";
            await Eventually.TrueAsync(async () => !(bool)(await ScalarAsync(looking, Waiting))!, TimeSpan.FromSeconds(20), "nobody waits", Ct);
        }
        Assert.Empty(await _lrs.IdsAsync(""));

        var again = await EraseAsync(learner);

        Assert.Equal((false, 50), (again.GetProperty("keyDestroyed").GetBoolean(), again.GetProperty("cleared").GetProperty("statements").GetInt32()));
        Assert.Equal(0L, await ScalarAsync(looking, left));
        Assert.Equal(0L, await ScalarAsync(looking, $"select count(*) from read.statement_term where tenant_id = '{_lrs.Tenant}'"));
        Assert.Equal((long)All, await ScalarAsync(looking, $"select count(*) from events.mt_events where tenant_id = '{_lrs.Tenant}' and type = 'achievement_withdrawn'"));
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }

    private static (string?, string?) Account(JsonElement agent)
        => (agent.GetProperty("account").GetProperty("homePage").GetString(), agent.GetProperty("account").GetProperty("name").GetString());

    private async Task<JsonElement> EraseAsync(string learner)
    {
        using var operatorClient = _lrs.Client("operator");
        using var response = await operatorClient.PostAsync($"/learning-record/learners/{learner}/erase", Lrs.Json("""{"reason":"asked to be"}"""), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    private async Task<string> LookUpAsync(string who)
    {
        using var response = await _lrs.Http.PostAsJsonAsync("/learning-record/learners/lookup", new JsonObject { ["actor"] = Make.Agent(who) }, Ct);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("learnerId").GetString()!;
    }

    private async Task<List<object>> EventsAsync(string stream)
        => await record.Service.Services.GetRequiredService<IEventStore>().ReadStreamAsync(_lrs.Tenant, stream, 0, Ct).Select(recorded => recorded.Data).ToListAsync(Ct);
}
