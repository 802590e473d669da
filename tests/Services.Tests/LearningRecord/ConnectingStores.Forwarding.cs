using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord;
using Pathways.LearningRecord.Connecting;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>What goes out.</summary>
public sealed partial class Connecting_stores
{
    [Fact]
    public async Task What_matches_is_forwarded_once_and_in_its_order_with_its_content_and_its_voiding()
    {
        using var far = await FarAsync();
        var wanted = Enumerable.Range(0, 4).Select(_ => Make.Statement()).ToList();
        foreach (var statement in wanted) await StoreAsync(_near, statement);
        var (other, attached) = (Make.Statement(verb: Experienced), Make.Statement());
        await StoreAsync(_near, other);
        await StoreAttachedAsync(_near, attached, "a certificate");
        var id = await DefineAsync(far.Client, filter: new { verbs = new[] { Make.Passed } }, from: "start");
        List<string> ids = [.. wanted.Append(attached).Select(statement => $"{statement["id"]}")];
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual(ids), TimeSpan.FromSeconds(20), "they are forwarded in order", Cancellation);
        Assert.Contains("a certificate", await far.Http.GetStringAsync($"/xapi/statements?statementId={attached["id"]}&attachments=true", Cancellation), StringComparison.Ordinal);

        // Two voidings: the one of what went there goes there too, the other one concerns nobody there.
        await StoreAsync(_near, Make.Voiding(Guid.Parse($"{other["id"]}")));
        await StoreAsync(_near, Make.Voiding(Guid.Parse($"{wanted[0]["id"]}")));
        await Eventually.TrueAsync(async () => !(await IdsAsync(far.Http)).Contains(ids[0]), TimeSpan.FromSeconds(20), "the voiding follows", Cancellation);
        Assert.Equal(5, (await IdsAsync(far.Http)).Count);
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("waiting").GetInt64() == 0, TimeSpan.FromSeconds(20), "nothing waits", Cancellation);
        Assert.Equal(6, (await ViewAsync(id)).GetProperty("done").GetInt64());
        Assert.All(ids, each => Assert.Single(_stores.Posted(Lane), body => body.Contains($"\"id\":\"{each}\",\"actor\"", StringComparison.Ordinal)));
        using var disclosed = _stores.Near.Client(_tenant, "audit");
        string learner = await LearnerAsync("maria");
        Assert.Contains($"connection-{id}", await disclosed.GetStringAsync($"/learning-record/learners/{learner}/disclosures", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_that_is_refused_for_good_is_put_aside_and_goes_once_more_when_asked()
    {
        using var far = await FarAsync();
        var (bad, hopeless, fine) = (Make.Statement(who: "rita"), Make.Statement(), Make.Statement());
        _stores.Answer(Lane, (request, body) => request.Method == "POST" && (body.Contains($"{bad["id"]}", StringComparison.Ordinal) || body.Contains($"{hopeless["id"]}", StringComparison.Ordinal)) ? 400 : null);
        await StoreAsync(_near, bad);
        await StoreAsync(_near, hopeless);
        await StoreAsync(_near, fine);
        var id = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([$"{fine["id"]}"]), TimeSpan.FromSeconds(20), "the other one is forwarded", Cancellation);
        Assert.Equal(2, (await ViewAsync(id)).GetProperty("deadLetters").GetInt64());
        // Alone three times, and in the batches before.
        Assert.Equal(3, _stores.Posted(Lane).Count(body => body.Contains($"{bad["id"]}", StringComparison.Ordinal) && !body.Contains($"{fine["id"]}", StringComparison.Ordinal)));
        var first = await _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}/dead-letters?limit=1", Cancellation);
        Assert.Equal("It answered 400 (BadRequest).", first.GetProperty("items")[0].GetProperty("error").GetString());
        Assert.Single((await _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}/dead-letters?after={first.GetProperty("next").GetString()}", Cancellation)).GetProperty("items").EnumerateArray());

        await PostAsync($"{id}/skip", new { statements = new[] { $"{hopeless["id"]}" } });
        _stores.Answer(Lane, (request, _) => request.Method == "POST" ? 500 : null);
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(
            async () => (await ViewAsync(id)).TryGetProperty("heldUpBy", out var held) && held.GetString() == $"{bad["id"]}", TimeSpan.FromSeconds(20), "it is named", Cancellation);
        int before = await DisclosuresAsync("rita");
        _stores.HandOn(Lane);
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).Contains($"{bad["id"]}"), TimeSpan.FromSeconds(20), "it goes once more", Cancellation);
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("deadLetters").GetInt64() == 0, TimeSpan.FromSeconds(20), "nothing is put aside", Cancellation);
        Assert.DoesNotContain($"{hopeless["id"]}", await IdsAsync(far.Http));
        Assert.Equal(before + 1, await DisclosuresAsync("rita"));
    }

    [Fact]
    public async Task An_outage_and_wrong_credentials_hold_it_up_visibly_and_lose_nothing()
    {
        using var far = await FarAsync();
        _stores.Answer(Lane, (_, _) => 401);
        var statements = Enumerable.Range(0, 3).Select(_ => Make.Statement()).ToList();
        foreach (var statement in statements) await StoreAsync(_near, statement);
        var id = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).TryGetProperty("lastError", out _), TimeSpan.FromSeconds(20), "it says that it is stuck", Cancellation);
        var stuck = await ViewAsync(id);
        Assert.Equal("It answered 401 (Unauthorized).", stuck.GetProperty("lastError").GetString());
        Assert.Equal((0, 3, 0), (stuck.GetProperty("done").GetInt64(), stuck.GetProperty("waiting").GetInt64(), stuck.GetProperty("deadLetters").GetInt64()));
        Assert.True(stuck.TryGetProperty("failingSince", out _) && stuck.TryGetProperty("oldestWaiting", out _));

        _stores.Answer(Lane, (_, _) => 503);
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("lastError").GetString()!.Contains("503"), TimeSpan.FromSeconds(20), "it says why", Cancellation);
        _stores.HandOn(Lane);
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(
            async () => (await IdsAsync(far.Http)).SequenceEqual(statements.Select(statement => $"{statement["id"]}")), TimeSpan.FromSeconds(20), "all of them in order", Cancellation);
        await Eventually.TrueAsync(async () => !(await ViewAsync(id)).TryGetProperty("failingSince", out _), TimeSpan.FromSeconds(20), "it works again", Cancellation);
    }

    [Fact]
    public async Task A_statement_that_breaks_the_other_store_is_named_and_can_be_skipped()
    {
        using var far = await FarAsync();
        var (fine, bad, later) = (Make.Statement(), Make.Statement(), Make.Statement());
        _stores.Answer(Lane, (_, body) => body.Contains($"{bad["id"]}", StringComparison.Ordinal) ? 500 : null);
        foreach (var statement in new[] { fine, bad, later }) await StoreAsync(_near, statement);
        var id = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(
            async () => (await ViewAsync(id)).TryGetProperty("heldUpBy", out var held) && held.GetString() == $"{bad["id"]}", TimeSpan.FromSeconds(20), "it is named", Cancellation);
        Assert.Equal([$"{fine["id"]}"], await IdsAsync(far.Http));
        await PostAsync($"{id}/skip", new { statements = new[] { $"{bad["id"]}" } });
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([$"{fine["id"]}", $"{later["id"]}"]), TimeSpan.FromSeconds(20), "it goes on behind it", Cancellation);
    }

    [Fact]
    public async Task A_store_that_refuses_what_it_has_is_taken_at_its_content()
    {
        using var far = await FarAsync();
        var (same, different) = (Make.Statement(), Make.Statement());
        await StoreAsync(far.Http, same);
        await StoreAsync(far.Http, Make.Statement(Guid.Parse($"{different["id"]}"), who: "somebody-else"));
        await StoreAsync(_near, same);
        await StoreAsync(_near, different);
        _stores.Answer(Lane, (request, _) => request.Method == "POST" ? 409 : null);
        var id = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("deadLetters").GetInt64() == 1, TimeSpan.FromSeconds(20), "the other one is put aside", Cancellation);
        Assert.Equal(1, (await ViewAsync(id)).GetProperty("done").GetInt64());
        var letter = (await _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}/dead-letters", Cancellation)).GetProperty("items")[0];
        Assert.Equal($"{different["id"]}", letter.GetProperty("statementId").GetString());
    }

    [Fact]
    public async Task Agents_of_a_filter_count_wherever_asked_and_an_older_store_gets_its_own_version()
    {
        using var far = await FarAsync();
        var (hers, his, mentioned) = (Make.Statement(who: "maria"), Make.Statement(who: "ben"), Make.Statement(who: "ben").With("context", new JsonObject { ["instructor"] = Make.Agent("maria") }));
        foreach (var statement in new[] { hers, his, mentioned }) await StoreAsync(_near, statement);
        await DefineAsync(far.Client, filter: new { agents = new[] { Make.Agent("maria") }, relatedAgents = true }, from: "start", version: "1.0.3");
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([$"{hers["id"]}", $"{mentioned["id"]}"]), TimeSpan.FromSeconds(20), "hers are forwarded", Cancellation);
        Assert.Equal("1.0.0", (await far.Http.GetFromJsonAsync<JsonElement>($"/xapi/statements?statementId={hers["id"]}", Cancellation)).GetProperty("version").GetString());
    }

    [Fact]
    public async Task While_it_is_paused_nothing_goes_and_what_is_erased_meanwhile_never_does()
    {
        using var far = await FarAsync();
        var id = await DefineAsync(far.Client);
        await PostAsync($"{id}/pause");
        var (leaver, stayer) = (Make.Statement(who: "leaver"), Make.Statement());
        await StoreAsync(_near, leaver);
        await StoreAsync(_near, stayer);
        using (var erased = await _operator.PostAsJsonAsync($"/learning-record/learners/{await LearnerAsync("leaver")}/erase", new { reason = "asked to be" }, Cancellation))
            Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        Assert.Empty(_stores.Posted(Lane));
        await PostAsync($"{id}/resume");
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([$"{stayer["id"]}"]), TimeSpan.FromSeconds(20), "the other one is forwarded", Cancellation);
        Assert.DoesNotContain(_stores.Posted(Lane), body => body.Contains("leaver", StringComparison.Ordinal));
        using var ended = await _operator.DeleteAsync($"{Connections}/{id}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var gone = await _operator.GetAsync($"{Connections}/{id}", Cancellation);
        Assert.Equal((404, "connection-not-found", null), await Lrs.ProblemAsync(gone));
    }

    [Fact]
    public async Task After_progress_a_failure_is_the_first_one_again()
    {
        using var far = await FarAsync();
        var (fine, bad) = (Make.Statement(), Make.Statement());
        await StoreAsync(_near, fine);
        await StoreAsync(_near, bad);
        _stores.Answer(Lane, (_, _) => 401);
        var id = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("attempts").GetInt32() >= 5, TimeSpan.FromSeconds(20), "it failed often", Cancellation);
        _stores.Answer(Lane, (_, body) => body.Contains($"{bad["id"]}", StringComparison.Ordinal) ? 401 : null);
        var view = default(JsonElement);
        await Eventually.TrueAsync(
            async () => (view = await ViewAsync(id)).GetProperty("done").GetInt64() == 1 && view.GetProperty("attempts").GetInt32() > 0, TimeSpan.FromSeconds(20), "it came on and failed again", Cancellation);
        // By what the view says itself, however many failed again before it was read: twice as long each time, and at most a quarter longer.
        var longest = TimeSpan.FromSeconds(0.125) * Math.Pow(2, view.GetProperty("attempts").GetInt32() - 1);
        Assert.True(view.GetProperty("nextAttempt").GetDateTimeOffset() - DateTimeOffset.UtcNow <= longest, view.ToString());
    }

    [Fact]
    public async Task A_killed_forwarder_is_followed_by_another_one_that_doubles_and_loses_nothing()
    {
        using var far = await FarAsync();
        var answered = new TaskCompletionSource();
        _stores.KeepAnswers(Lane, answered.Task);
        var settings = new Dictionary<string, string?>(_stores.Settings);
        // A store of its own: no process of this one works on connections, until the one that is killed and then the one that follows.
        await using var near = await ServiceUnderTest.StartAsync(
            _servers, LearningRecordService.Definition, settings, services => services.Remove(services.First(service => service.ImplementationType?.Name == "ConnectionsService")));
        using var http = near.Client(_tenant, "all");
        http.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        using var operators = near.Client(_tenant, "operator");
        var statements = Enumerable.Range(0, 5).Select(_ => Make.Statement()).ToList();
        foreach (var statement in statements) await StoreAsync(http, statement);
        using var defined = await operators.PostAsJsonAsync(
            Connections, Body("out", far.Client.GetProperty("clientId").GetString()!, far.Client.GetProperty("clientSecret").GetString()!, from: "start"), Cancellation);
        string connection = $"{Connections}/{(await defined.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid()}";

        using var forwarder = Beside(near, settings);
        List<string> ids = [.. statements.Select(statement => $"{statement["id"]}")];
        try
        {
            await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual(ids), TimeSpan.FromSeconds(30), "they have arrived, and nobody here knows", Cancellation);
            Assert.Equal(0, (await operators.GetFromJsonAsync<JsonElement>(connection, Cancellation)).GetProperty("done").GetInt64());
        }
        finally
        {
            forwarder.Kill(entireProcessTree: true);
        }
        await forwarder.WaitForExitAsync(Cancellation);
        answered.SetResult();
        // Its lease runs out, only sooner than by itself.
        await using (var database = new Npgsql.NpgsqlDataSourceBuilder(near.Database.DaemonConnectionString).Build())
        await using (var age = database.CreateCommand("update read.lrs_connection set leased_until = now() where leased_until > now()"))
            Assert.Equal(1, await age.ExecuteNonQueryAsync(Cancellation));
        var later = Make.Statement();
        await StoreAsync(http, later);

        await using var follower = await near.StartBesideAsync(LearningRecordService.Definition, settings);
        await Eventually.TrueAsync(
            async () => await operators.GetFromJsonAsync<JsonElement>(connection, Cancellation) is var view && view.GetProperty("done").GetInt64() == 6 && view.GetProperty("waiting").GetInt64() == 0,
            TimeSpan.FromSeconds(30), "another one has taken over", Cancellation);
        Assert.Equal([.. ids, $"{later["id"]}"], await IdsAsync(far.Http));
        Assert.Equal(0, (await operators.GetFromJsonAsync<JsonElement>(connection, Cancellation)).GetProperty("deadLetters").GetInt64());
    }
}
