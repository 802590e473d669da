using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>What comes in.</summary>
public sealed partial class Connecting_stores
{
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
}
