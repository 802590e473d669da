using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.LearningRecord;
using Pathways.LearningRecord.Connecting;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>Our record store and another one, over HTTP and with credentials.</summary>
public sealed class Connecting_stores : IClassFixture<TwoStores>, IDisposable
{
    private const string Connections = "/learning-record/connections";
    private const string Experienced = "http://adlnet.gov/expapi/verbs/experienced";
    private static int _count;

    private readonly TwoStores _stores;
    private readonly TestServers _servers;
    private readonly string _tenant = $"institution-{Interlocked.Increment(ref _count)}";
    private readonly HttpClient _near;
    private readonly HttpClient _operator;

    public Connecting_stores(TwoStores stores, TestServers servers)
    {
        (_stores, _servers) = (stores, servers);
        _near = stores.Near.Client(_tenant, "all", "learners");
        _near.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        _operator = stores.Near.Client(_tenant, "operator");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Lane => _tenant;

    public void Dispose()
    {
        _near.Dispose();
        _operator.Dispose();
    }

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
    public async Task What_another_store_has_is_fetched_once_however_often_it_is_broken_off()
    {
        using var far = await FarAsync();
        // One batch: all of them with nearly the same time, and more than a page.
        var many = Enumerable.Range(0, 150).Select(number => Make.Statement(activity: $"https://example.edu/courses/{number}")).ToArray();
        await StoreAsync(far.Http, new JsonArray([.. many.Select(statement => (JsonNode)statement)]));
        var attached = Make.Statement();
        await StoreAttachedAsync(far.Http, attached, "a portfolio");
        int asked = 0;
        _stores.Answer("", (_, _) => Interlocked.Increment(ref asked) < 3 ? 429 : null);
        var id = await DefineAsync(far.Client, "in", from: "start");
        List<string> all = [.. many.Append(attached).Select(statement => $"{statement["id"]}")];
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).Order().SequenceEqual(all.Order()), TimeSpan.FromSeconds(20), "they are fetched", Cancellation);
        Assert.True(asked >= 3);
        Assert.Contains("a portfolio", await _near.GetStringAsync($"/xapi/statements?statementId={attached["id"]}&attachments=true", Cancellation), StringComparison.Ordinal);
        var authority = (await _near.GetFromJsonAsync<JsonElement>($"/xapi/statements?statementId={attached["id"]}", Cancellation)).GetProperty("authority");
        Assert.Equal($"connection-{id}", authority.GetProperty("account").GetProperty("name").GetString());

        // What comes later does come, and what is deleted here does not come back, even when all is fetched again.
        using (var deleted = await _operator.PostAsJsonAsync("/learning-record/deletions", new { filter = new { activity = "https://example.edu/courses/149" } }, Cancellation))
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        var later = Make.Statement();
        await StoreAsync(far.Http, later);
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).Contains($"{later["id"]}"), TimeSpan.FromSeconds(20), "and the next one", Cancellation);
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("done").GetInt64() == 152, TimeSpan.FromSeconds(20), "each is counted once", Cancellation);
        var view = await ViewAsync(id);
        var again = await DefineAsync(far.Client, "in", from: "start");
        await Eventually.TrueAsync(
            async () => await ViewAsync(again) is var told && told.TryGetProperty("since", out var since) && since.GetDateTimeOffset() == view.GetProperty("since").GetDateTimeOffset(),
            TimeSpan.FromSeconds(20), "it is fetched again", Cancellation);
        view = await ViewAsync(again);
        Assert.Equal((0, 0), (view.GetProperty("done").GetInt64(), view.GetProperty("deadLetters").GetInt64()));
        Assert.Equal(151, (await IdsAsync(_near)).Count);
    }

    [Fact]
    public async Task What_is_fetched_once_more_is_put_aside_until_it_is_stored()
    {
        var (statement, bad) = (Make.Statement(), Make.Statement());
        bad["id"] = $"{statement["id"]}";
        bad["version"] = 2;
        string single = "[]";
        _stores.Tell(Lane, request => Task.FromResult(request.Query.ContainsKey("statementId") ? single : Page(bad)));
        var id = await DefineLaneAsync(interval: 3600);
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("deadLetters").GetInt64() == 1, TimeSpan.FromSeconds(20), "it is put aside", Cancellation);
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(
            async () => (await ViewAsync(id)).TryGetProperty("heldUpBy", out var held) && held.GetString() == $"{bad["id"]}", TimeSpan.FromSeconds(20), "it is named", Cancellation);
        Assert.Equal(1, (await ViewAsync(id)).GetProperty("deadLetters").GetInt64());
        single = statement.ToJsonString();
        _stores.Tell(Lane, request => Task.FromResult(request.Query.ContainsKey("statementId") ? single : Page(null)));
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("deadLetters").GetInt64() == 0, TimeSpan.FromSeconds(20), "nothing is put aside", Cancellation);
        Assert.Equal([$"{statement["id"]}"], await IdsAsync(_near));
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_fetched_one_by_one_and_one_that_leads_back_to_itself_fails()
    {
        var statement = Make.Statement();
        bool leadsBack = false;
        _stores.Tell(Lane, request => Task.FromResult(
            leadsBack ? Page(null, $"{request.Path}{request.QueryString}") : request.Query["limit"] == "1" || request.Query.ContainsKey("statementId") ? Page(statement) : new string(' ', 9 * 1024 * 1024) + Page(null)));
        var id = await DefineLaneAsync();
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).SequenceEqual([$"{statement["id"]}"]), TimeSpan.FromSeconds(20), "it is fetched", Cancellation);
        leadsBack = true;
        await Eventually.TrueAsync(
            async () => (await ViewAsync(id)).TryGetProperty("lastError", out var error) && error.GetString()!.Contains("leads back", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "it says so", Cancellation);
    }

    [Fact]
    public async Task A_turn_that_is_asked_for_during_another_one_comes_at_once()
    {
        int asked = 0;
        var id = Guid.Empty;
        var defined = new TaskCompletionSource();
        _stores.Tell(Lane, async _ =>
        {
            await defined.Task;
            if (Interlocked.Increment(ref asked) == 1) await PostAsync($"{id}/retry", new { });
            return Page(null);
        });
        id = await DefineLaneAsync(interval: 3600);
        defined.SetResult();
        await Eventually.TrueAsync(() => Task.FromResult(asked >= 2), TimeSpan.FromSeconds(20), "it is asked again", Cancellation);
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

    [Fact]
    public async Task A_process_that_can_not_let_go_of_a_connection_ends_all_the_same()
    {
        using var far = await FarAsync();
        var asked = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        _stores.KeepAnswers(Lane, answered.Task);
        _stores.Answer(Lane, (_, _) =>
        {
            asked.TrySetResult();
            return null;
        });
        var near = await ServiceUnderTest.StartAsync(_servers, LearningRecordService.Definition, _stores.Settings);
        using var http = near.Client(_tenant, "all");
        http.DefaultRequestHeaders.Add("X-Experience-API-Version", "2.0.0");
        using var operators = near.Client(_tenant, "operator");
        await StoreAsync(http, Make.Statement());
        using var defined = await operators.PostAsJsonAsync(
            Connections, Body("out", far.Client.GetProperty("clientId").GetString()!, far.Client.GetProperty("clientSecret").GetString()!, from: "start"), Cancellation);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        await using var database = new Npgsql.NpgsqlDataSourceBuilder(near.Database.DaemonConnectionString).Build();
        await using var holder = await database.OpenConnectionAsync(Cancellation);
        await using (await holder.BeginTransactionAsync(Cancellation))
        {
            await using (var held = new Npgsql.NpgsqlCommand("select 1 from read.lrs_connection for update", holder)) await held.ExecuteNonQueryAsync(Cancellation);
            var clock = Stopwatch.StartNew();
            await near.DisposeAsync();
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        }
        answered.SetResult();
    }

    [Fact]
    public void A_lease_that_an_exchange_outlives_is_refused()
    {
        var source = _stores.Near.Services.GetRequiredKeyedService<Npgsql.NpgsqlDataSource>(DataSources.Daemon);
        ConnectionWork Work(string seconds) => new(source, new ConfigurationBuilder().AddInMemoryCollection([new("Connections:LeaseSeconds", seconds)]).Build());
        Assert.NotNull(Work("20"));
        Assert.Contains("at least 20", Assert.Throws<InvalidOperationException>(() => Work("19")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_stores_are_remembered_than_is_wanted()
    {
        _stores.Tell(Lane, _ => Task.FromResult(Page(null)));
        var peer = _stores.Near.Services.GetRequiredService<PeerStore>();
        for (int i = 0; i <= PeerStore.MostPipelines; i++)
        {
            var id = Guid.NewGuid();
            var settings = new ConnectionSettings(Connection.In, "Far", $"{_stores.Origin}/{Lane}/xapi", "key", "2.0.0", StatementFilter.All, 1);
            var connection = new WorkingConnection(_tenant, id, settings, peer.Seal(_tenant, id, "secret"), 0, Since: null, 0, Head: null, 0, DateTimeOffset.UtcNow, Guid.Empty);
            Assert.True((await peer.GetAsync(connection, PeerStore.Address(connection), Cancellation)).IsSuccess);
        }
        // One is forgotten, not all; a connection of another test may come or go at this moment.
        Assert.InRange(peer.Pipelines, PeerStore.MostPipelines - 1, PeerStore.MostPipelines + 1);
    }

    [Fact]
    public async Task Without_a_key_the_secret_is_a_bearer_token()
    {
        using var far = await FarAsync();
        var statement = Make.Statement();
        await StoreAsync(far.Http, statement);
        string token = await _stores.Far.Access.TokenAsync(far.Client.GetProperty("clientId").GetString()!, far.Client.GetProperty("clientSecret").GetString()!);
        using (var broken = await _operator.PostAsJsonAsync(Connections, new { direction = "in", name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", secret = "a b" }, Cancellation))
            Assert.Equal((400, "connection-invalid", "/secret"), await Lrs.ProblemAsync(broken));
        using var created = await _operator.PostAsJsonAsync(
            Connections, new { direction = "in", name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", secret = token, from = "start", intervalSeconds = 1 }, Cancellation);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Cancellation));
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).SequenceEqual([$"{statement["id"]}"]), TimeSpan.FromSeconds(20), "it is fetched", Cancellation);
    }

    [Fact]
    public async Task A_statement_that_is_too_large_is_put_aside_and_what_follows_it_comes()
    {
        var all = Enumerable.Range(0, 3).Select(number => Make.Statement().With("stored", $"2026-01-0{number + 1}T00:00:00.000Z")).ToList();
        string large = $"{all[1]["id"]}";
        _stores.Tell(Lane, request => Task.FromResult(Told(request.Query)));
        var id = await DefineLaneAsync(interval: 3600);

        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).SequenceEqual([$"{all[0]["id"]}", $"{all[2]["id"]}"]), TimeSpan.FromSeconds(30), "the others are fetched", Cancellation);
        await Eventually.TrueAsync(async () => !(await ViewAsync(id)).TryGetProperty("failingSince", out _), TimeSpan.FromSeconds(20), "nothing holds it up", Cancellation);
        await AssertAsideAsync();
        // Asked for once more it is as large as before, and again holds up nothing.
        await PostAsync($"{id}/retry", new { });
        await Eventually.TrueAsync(
            async () => !(await _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}/dead-letters", Cancellation)).GetProperty("items")[0].GetProperty("willRetry").GetBoolean(),
            TimeSpan.FromSeconds(20), "it is put aside again", Cancellation);
        await AssertAsideAsync();
        Assert.False((await ViewAsync(id)).TryGetProperty("heldUpBy", out _));

        async Task AssertAsideAsync()
        {
            var letter = Assert.Single((await _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}/dead-letters", Cancellation)).GetProperty("items").EnumerateArray());
            Assert.Equal((large, "Its answer is larger than what is taken."), (letter.GetProperty("statementId").GetString(), letter.GetProperty("error").GetString()));
        }

        string Told(Microsoft.AspNetCore.Http.IQueryCollection query)
        {
            bool isWhole = query["attachments"] == "true";
            if (query["statementId"].ToString() is { Length: > 0 } one) return Sized(all.Single(statement => $"{statement["id"]}" == one).ToJsonString(), one == large);
            if (query["limit"] != "1") return Sized(Page(null), isTooLarge: isWhole);
            int at = int.TryParse(query["page"], out int page) ? page : 0;
            string more = at + 1 < all.Count ? $"/{Lane}/xapi/statements?limit=1&page={at + 1}&attachments={query["attachments"]}" : "";
            return Sized(Page(all[at], more), isWhole && $"{all[at]["id"]}" == large);
        }

        static string Sized(string json, bool isTooLarge) => isTooLarge ? new string(' ', 9 * 1024 * 1024) + json : json;
    }

    [Fact]
    public async Task The_newest_statement_that_is_too_large_is_loaded_once_and_nothing_fails()
    {
        var large = Make.Statement().With("stored", "2026-01-01T00:00:00.000Z");
        var whole = new ConcurrentQueue<string>();
        _stores.Tell(Lane, request =>
        {
            if (request.Query.ContainsKey("since")) return Task.FromResult(Page(null));
            bool isWhole = request.Query["attachments"] == "true";
            if (isWhole) whole.Enqueue($"{request.Query["limit"]}{request.Query["statementId"]}");
            return Task.FromResult(isWhole ? new string(' ', 9 * 1024 * 1024) + Page(large) : Page(large));
        });
        var id = await DefineLaneAsync();
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).GetProperty("deadLetters").GetInt64() == 1, TimeSpan.FromSeconds(20), "it is put aside", Cancellation);
        int before = _stores.Asked(Lane);
        await Eventually.TrueAsync(() => Task.FromResult(_stores.Asked(Lane) >= before + 2), TimeSpan.FromSeconds(20), "further turns follow", Cancellation);
        Assert.Equal(["100", $"{large["id"]}"], whole);
        Assert.False((await ViewAsync(id)).TryGetProperty("failingSince", out _));
    }

    [Fact]
    public async Task A_statement_of_a_large_page_that_can_not_be_fetched_is_named()
    {
        var broken = Make.Statement().With("stored", "2026-01-01T00:00:00.000Z");
        _stores.Tell(Lane, request => Task.FromResult(
            request.Query.ContainsKey("statementId") ? "[]" : request.Query["attachments"] == "true" ? new string(' ', 9 * 1024 * 1024) + Page(broken) : Page(broken)));
        var id = await DefineLaneAsync();
        await Eventually.TrueAsync(
            async () => (await ViewAsync(id)).TryGetProperty("heldUpBy", out var held) && held.GetString() == $"{broken["id"]}", TimeSpan.FromSeconds(20), "it is named", Cancellation);
    }

    [Fact]
    public async Task What_is_attested_goes_out_and_comes_in_as_a_plain_statement()
    {
        using var far = await FarAsync();
        using var office = _stores.Near.Client(_tenant, "issue");
        var record = await AttestAsync(office, "Food bank");
        var outgoing = await DefineAsync(far.Client, from: "start");
        await Eventually.TrueAsync(async () => (await IdsAsync(far.Http)).SequenceEqual([record]), TimeSpan.FromSeconds(20), "it is forwarded", Cancellation);
        var told = await far.Http.GetFromJsonAsync<JsonElement>($"/xapi/statements?statementId={record}", Cancellation);
        Assert.Equal("https://pathways.example/xapi/verbs/attested-elsewhere", told.GetProperty("verb").GetProperty("id").GetString());
        // At once, and not after a refusal of what is not for others.
        Assert.Contains("/attested-elsewhere\"", Assert.Single(_stores.Posted(Lane)), StringComparison.Ordinal);
        using (var withdrawn = await office.PostAsJsonAsync($"/learning-record/attestations/{record}/withdraw", new { reason = "entered twice" }, Cancellation))
            Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        await Eventually.TrueAsync(async () => !(await IdsAsync(far.Http)).Contains(record), TimeSpan.FromSeconds(20), "its withdrawal follows", Cancellation);
        Assert.Equal(0, (await ViewAsync(outgoing)).GetProperty("deadLetters").GetInt64());

        var registrar = await _stores.Far.Access.CreateClientAsync($"far-{_tenant}", "issue");
        using var theirs = _stores.Far.With(new AuthenticationHeaderValue(
            "Bearer", await _stores.Far.Access.TokenAsync(registrar.GetProperty("clientId").GetString()!, registrar.GetProperty("clientSecret").GetString()!)));
        string foreign = await AttestAsync(theirs, "Soup kitchen");
        var incoming = await DefineAsync(far.Client, "in", from: "start");
        await Eventually.TrueAsync(async () => (await IdsAsync(_near)).Contains(foreign), TimeSpan.FromSeconds(20), "theirs is fetched", Cancellation);
        Assert.Equal(0, (await ViewAsync(incoming)).GetProperty("deadLetters").GetInt64());
        // Nobody here has attested it.
        using var asked = await office.GetAsync($"/learning-record/attestations/{foreign}", Cancellation);
        Assert.Equal((404, "attestation-not-found", null), await Lrs.ProblemAsync(asked));
    }

    [Fact]
    public async Task A_secret_is_kept_encrypted_and_never_shown()
    {
        using var created = await _operator.PostAsJsonAsync(Connections, Body("out", "key", "the-far-secret"), Cancellation);
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
        using (var changed = await _operator.PutAsJsonAsync($"{Connections}/{id}", new { name = "renamed", endpoint = $"{_stores.Origin}/{Lane}/xapi", key = "key", secret = "the-next-secret" }, Cancellation))
            Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        using (var elsewhere = await _operator.PutAsJsonAsync($"{Connections}/{id}", new { name = "renamed", endpoint = "https://lrs.example.edu/xapi", key = "key" }, Cancellation))
            Assert.Equal((400, "connection-secret-required", "/secret"), await Lrs.ProblemAsync(elsewhere));
        using var auditor = _stores.Near.Client(_tenant, "audit");
        string shown = await _operator.GetStringAsync(Connections, Cancellation) + await auditor.GetStringAsync($"/learning-record/audit/streams/connection-{id}", Cancellation);
        Assert.Contains("renamed", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("-secret", shown, StringComparison.Ordinal);
        using var stranger = _stores.Near.Client("somewhere-else", "operator");
        Assert.Equal((404, "connection-not-found", null), await Lrs.ProblemAsync(await stranger.GetAsync($"{Connections}/{id}", Cancellation)));
        Assert.Equal((404, "connection-not-found", null), await Lrs.ProblemAsync(await stranger.PostAsync($"{Connections}/{id}/pause", content: null, Cancellation)));
        await using var database = new Npgsql.NpgsqlDataSourceBuilder(_stores.Near.Database.DaemonConnectionString).Build();
        await using var command = database.CreateCommand("select secret from read.lrs_connection where id = $1");
        command.Parameters.Add(new() { Value = id });
        Assert.DoesNotContain("-secret", Encoding.Latin1.GetString((byte[])(await command.ExecuteScalarAsync(Cancellation))!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sideways", "https://lrs.example.edu/xapi", "connection-invalid", "/direction")]
    [InlineData("out", "lrs.example.edu", "connection-invalid", "/endpoint")]
    [InlineData("out", "file:///etc/passwd", "connection-invalid", "/endpoint")]
    [InlineData("out", "http://lrs.example.edu/xapi", "connection-endpoint-refused", "/endpoint")]
    [InlineData("out", "https://127.0.0.1/xapi", "connection-endpoint-refused", "/endpoint")]
    [InlineData("in", "https://169.254.169.254/xapi", "connection-endpoint-refused", "/endpoint")]
    public async Task A_connection_that_can_not_be_is_refused(string direction, string endpoint, string code, string place)
        => Assert.Equal((400, code, place), await Lrs.ProblemAsync(await _operator.PostAsJsonAsync(Connections, new { direction, name = "n", endpoint, key = "k", secret = "s" }, Cancellation)));

    [Theory]
    [InlineData("""{ "verbs": [null] }""", "/filter/verbs")]
    [InlineData("""{ "activities": [null] }""", "/filter/activities")]
    [InlineData("""{ "agents": [null] }""", "/filter/agents")]
    [InlineData("""{ "learners": [null] }""", "/filter/learners")]
    [InlineData("""{ "learners": ["maria@example.edu"] }""", "/filter/learners")]
    public async Task A_filter_of_something_else_is_refused(string filter, string place)
        => Assert.Equal((400, "connection-invalid", place), await Lrs.ProblemAsync(await _operator.PostAsJsonAsync(Connections, Body("out", "k", "s", JsonNode.Parse(filter)), Cancellation)));

    private static async Task<string> AttestAsync(HttpClient office, string title)
    {
        using var answer = await office.PostAsJsonAsync("/learning-record/attestations", new
        {
            learner = Make.Agent("maria"), attester = Make.Agent("ben"), kind = "volunteering", title, from = "2026-01-05", to = "2026-02-20",
        }, Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("recordId").GetString()!;
    }

    /// <summary>A process of its own on the same database, to be killed.</summary>
    private static Process Beside(ServiceUnderTest near, Dictionary<string, string?> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pathways.LearningRecord.dll")]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__App"] = near.Database.AppConnectionString;
        start.Environment["ConnectionStrings__Daemon"] = near.Database.DaemonConnectionString;
        start.Environment["Pathways__Service"] = "learning-record";
        start.Environment["Pathways__PublicOrigin"] = ServiceUnderTest.PublicOrigin;
        start.Environment["Pathways__Secrets"] = near.Secrets;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private object Body(string direction, string key, string secret, object? filter = null, string from = "now", string version = "2.0.0", int interval = 1)
        => new { direction, name = "Far", endpoint = $"{_stores.Origin}/{Lane}/xapi", key, secret, filter, from, intervalSeconds = interval, xapiVersion = version };

    /// <summary>What comes in, from what the door tells.</summary>
    private async Task<Guid> DefineLaneAsync(int interval = 1)
    {
        using var answer = await _operator.PostAsJsonAsync(Connections, Body("in", "key", "secret", from: "start", interval: interval), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
    }

    private static string Page(JsonObject? statement, string more = "")
        => new JsonObject { ["statements"] = statement is null ? [] : new JsonArray(statement.DeepClone()), ["more"] = more }.ToJsonString();

    private async Task<int> DisclosuresAsync(string who)
    {
        using var audit = _stores.Near.Client(_tenant, "audit");
        return (await audit.GetFromJsonAsync<JsonElement>($"/learning-record/learners/{await LearnerAsync(who)}/disclosures", Cancellation)).GetProperty("items").EnumerateArray()
            .Count(item => item.GetRawText().Contains("connection-", StringComparison.Ordinal));
    }

    private async Task<Guid> DefineAsync(JsonElement client, string direction = "out", object? filter = null, string from = "now", string version = "2.0.0")
    {
        using var answer = await _operator.PostAsJsonAsync(
            Connections, Body(direction, client.GetProperty("clientId").GetString()!, client.GetProperty("clientSecret").GetString()!, filter, from, version), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();
    }

    private async Task PostAsync(string path, object? body = null)
    {
        using var answer = await _operator.PostAsync($"{Connections}/{path}", body is null ? null : JsonContent.Create(body), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private Task<JsonElement> ViewAsync(Guid id) => _operator.GetFromJsonAsync<JsonElement>($"{Connections}/{id}", Cancellation);

    private async Task<FarClient> FarAsync()
    {
        var client = await _stores.Far.Access.CreateClientAsync($"far-{_tenant}", "all");
        return new FarClient(client, _stores.Far.With(client));
    }

    private async Task<string> LearnerAsync(string who)
    {
        using var found = await _near.PostAsJsonAsync("/learning-record/learners/lookup", new { actor = Make.Agent(who) }, Cancellation);
        return (await found.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("learnerId").GetString()!;
    }

    private static async Task StoreAsync(HttpClient http, JsonNode statements)
    {
        using var answer = await http.PostAsync("/xapi/statements", Lrs.Json(statements.ToJsonString()), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task StoreAttachedAsync(HttpClient http, JsonObject statement, string content)
    {
        string sha2 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        statement["attachments"] = new JsonArray(new JsonObject
        {
            ["usageType"] = "http://id.tincanapi.com/attachment/evidence", ["display"] = new JsonObject { ["en"] = "Evidence" },
            ["contentType"] = "text/plain", ["length"] = content.Length, ["sha2"] = sha2,
        });
        var part = new StringContent(content);
        part.Headers.Add("Content-Transfer-Encoding", "binary");
        part.Headers.Add("X-Experience-API-Hash", sha2);
        using var mixed = new MultipartContent("mixed") { Lrs.Json(statement.ToJsonString()), part };
        using var answer = await http.PostAsync("/xapi/statements", mixed, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<List<string>> IdsAsync(HttpClient http)
        => [.. (await http.GetFromJsonAsync<JsonElement>("/xapi/statements?ascending=true", Cancellation)).GetProperty("statements").EnumerateArray()
            .Select(statement => statement.GetProperty("id").GetString()!)];

    private sealed record FarClient(JsonElement Client, HttpClient Http) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
