using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class Keeping_portfolios(RecordService record)
{
    private static readonly byte[] Pdf = Encoding.UTF8.GetBytes("%PDF-1.7 canary-of-a-portfolio");

    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_comes_back_as_it_was_and_the_same_content_is_the_same_evidence()
    {
        string portfolio = await PortfolioAsync("maria");
        string id = (await AddedAsync(portfolio, Pdf)).GetProperty("id").GetString()!;
        Assert.Equal(id, (await AddedAsync(portfolio, Pdf)).GetProperty("id").GetString());
        Assert.NotEqual(id, (await AddedAsync(await PortfolioAsync("ben"), Pdf)).GetProperty("id").GetString());

        var view = Assert.Single((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
        Assert.Equal(("certificate.pdf", "application/pdf", Pdf.Length), (view.GetProperty("fileName").GetString(), view.GetProperty("contentType").GetString(), view.GetProperty("length").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Pdf)), view.GetProperty("sha256").GetString());
        using var content = await _lrs.Http.GetAsync($"{portfolio}/{id}/content", Cancellation);
        Assert.Equal(Pdf, await content.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(("attachment", "certificate.pdf"), (content.Content.Headers.ContentDisposition!.DispositionType, content.Content.Headers.ContentDisposition.FileName));
        Assert.Equal("nosniff", Assert.Single(content.Headers.GetValues("X-Content-Type-Options")));

        using (var deleted = await _lrs.Http.DeleteAsync($"{portfolio}/{id}", Cancellation)) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal((404, "evidence-not-found", null), await Lrs.ProblemAsync(await _lrs.Http.GetAsync($"{portfolio}/{id}/content", Cancellation)));
        Assert.Equal(id, (await AddedAsync(portfolio, Pdf)).GetProperty("id").GetString());
        Assert.Single((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Evidence_supports_records_of_its_own_learner_only()
    {
        string portfolio = await PortfolioAsync("maria");
        var (hers, his) = (Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(hers, who: "maria"), Make.Statement(his, who: "ben"));
        string link = (await LinkedAsync(portfolio, "https://example.edu/blog/1", hers)).GetProperty("id").GetString()!;
        await LinkedAsync(portfolio, "https://example.edu/blog/2");
        await LinkedAsync(portfolio, "https://example.edu/blog/3");
        Assert.Equal((400, "evidence-record-unknown", "/records"), await Lrs.ProblemAsync(await _lrs.Http.PutAsync($"{portfolio}/{link}/records/{his}", content: null, Cancellation)));
        Assert.Equal(link, Assert.Single((await ReadAsync($"{portfolio}?record={hers}")).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        using (var unlinked = await _lrs.Http.DeleteAsync($"{portfolio}/{link}/records/{hers}", Cancellation)) Assert.Equal(HttpStatusCode.NoContent, unlinked.StatusCode);
        Assert.Empty((await ReadAsync($"{portfolio}?record={hers}")).GetProperty("items").EnumerateArray());
        using (var linked = await _lrs.Http.PutAsync($"{portfolio}/{link}/records/{hers}", content: null, Cancellation)) Assert.Equal(HttpStatusCode.NoContent, linked.StatusCode);
        Assert.Single((await ReadAsync($"{portfolio}/{link}")).GetProperty("records").EnumerateArray());

        var page = await ReadAsync($"{portfolio}?limit=2");
        var rest = await ReadAsync($"{portfolio}?limit=2&after={page.GetProperty("next").GetString()}");
        Assert.Equal((2, 1), (page.GetProperty("items").GetArrayLength(), rest.GetProperty("items").GetArrayLength()));
        Assert.Equal((400, "evidence-record-unknown", "/records"), await Lrs.ProblemAsync(await _lrs.Http.PutAsync($"{portfolio}/{link}/records/{Guid.Empty}", content: null, Cancellation)));
        // By the address of another learner it is not there.
        Assert.Equal((404, "evidence-not-found", null), await Lrs.ProblemAsync(await _lrs.Http.GetAsync($"{await PortfolioAsync("ben")}/{link}", Cancellation)));
    }

    [Fact]
    public async Task Is_stored_encrypted_and_gone_with_the_learner()
    {
        string portfolio = await PortfolioAsync("leaver");
        string id = (await AddedAsync(portfolio, Pdf)).GetProperty("id").GetString()!;
        await LinkedAsync(portfolio, "https://example.edu/canary-of-a-portfolio");
        await using (var daemon = NpgsqlDataSource.Create(record.Service.Database.DaemonConnectionString))
        {
            foreach (string table in new[] { "events.mt_events", "read.evidence" })
            {
                await using var command = daemon.CreateCommand($"select count(*) from {table} t where t::text like '%canary-of-a-portfolio%' or t::text like '%certificate.pdf%'");
                Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
            }
        }
        using var people = _lrs.Client("operator");
        using var erased = await people.PostAsJsonAsync(portfolio.Replace("/evidence", "/erase"), new { reason = "asked to be" }, Cancellation);
        Assert.Equal(2, (await erased.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("cleared").GetProperty("evidence").GetInt32());
        Assert.Empty((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
        Assert.Equal(404, (int)(await _lrs.Http.GetAsync($"{portfolio}/{id}/content", Cancellation)).StatusCode);
        // Whoever comes back begins anew.
        await AddedAsync(portfolio, Pdf);
        Assert.Single((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task What_was_answered_of_an_erased_learner_is_not_kept_to_be_answered_again()
    {
        string portfolio = await PortfolioAsync("forgotten");
        string others = await PortfolioAsync("stayer");
        using (var added = await PostAsync(portfolio, Pdf, key: "forgotten-1")) Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        using (var added = await PostAsync(others, Pdf, key: "stayer-1")) Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        await using var daemon = NpgsqlDataSource.Create(record.Service.Database.DaemonConnectionString);
        await using var hashes = daemon.CreateCommand(
            $"select count(*) from events.idempotency where tenant_id = '{_lrs.Tenant}' and convert_from(body, 'UTF8') like '%{Convert.ToHexStringLower(SHA256.HashData(Pdf))}%'");
        Assert.Equal(2L, await hashes.ExecuteScalarAsync(Cancellation));

        using var people = _lrs.Client("operator");
        using var erased = await people.PostAsJsonAsync(portfolio.Replace("/evidence", "/erase"), new { reason = "asked to be" }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        Assert.Equal(1L, await hashes.ExecuteScalarAsync(Cancellation));
        // A sender that repeats itself brings nothing back.
        Assert.Equal("idempotency-key-reused", (await Lrs.ProblemAsync(await PostAsync(portfolio, Pdf, key: "forgotten-1"))).Code);
        Assert.Empty((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("image/svg+xml", "<svg onload='alert(1)'/>", "evidence-type-refused")]
    [InlineData("text/html", "<script>alert(1)</script>", "evidence-type-refused")]
    [InlineData("application/pdf", "MZ this is a program", "evidence-type-refused")]
    [InlineData("text/plain", "nul\0nul", "evidence-type-refused")]
    [InlineData("application/pdf", "", "evidence-invalid")]
    public async Task A_file_that_is_not_what_it_says_or_would_run_is_refused(string type, string content, string code)
    {
        using var answer = await PostAsync(await PortfolioAsync("maria"), Encoding.UTF8.GetBytes(content), type);
        Assert.Equal((400, code, "/file"), await Lrs.ProblemAsync(answer));
    }

    [Fact]
    public async Task What_is_too_large_or_badly_told_is_refused()
    {
        string portfolio = await PortfolioAsync("maria");
        byte[] large = new byte[(10 * 1024 * 1024) + 1];
        Pdf.CopyTo(large, 0);
        using (var answer = await PostAsync(portfolio, large)) Assert.Equal((413, "body-too-large", null), await Lrs.ProblemAsync(answer));
        using (var answer = await PostAsync(portfolio, Pdf, metadata: """{"title":"a","colour":"red"}""")) Assert.Equal((400, "invalid-json", "/colour"), await Lrs.ProblemAsync(answer));
        using (var answer = await PostAsync(portfolio, Pdf, metadata: """{"title":"a","colour":"red"}""", key: "badly-told")) Assert.Equal((400, "invalid-json", "/colour"), await Lrs.ProblemAsync(answer));
        using (var answer = await PostAsync(portfolio, Pdf, metadata: """{"title":""}""")) Assert.Equal((400, "evidence-invalid", "/title"), await Lrs.ProblemAsync(answer));
        using (var answer = await _lrs.Http.PostAsJsonAsync($"{portfolio}/links", new { title = "t", url = "javascript:alert(1)" }, Cancellation))
            Assert.Equal((400, "evidence-invalid", "/url"), await Lrs.ProblemAsync(answer));
        using (var answer = await _lrs.Http.PostAsJsonAsync("/learning-record/learners/maria@example.edu/evidence/links", new { title = "t", url = "https://example.edu" }, Cancellation))
            Assert.Equal((400, "evidence-invalid", "learnerId"), await Lrs.ProblemAsync(answer));
        Assert.Empty((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Two_who_add_the_same_at_once_add_it_once()
    {
        string portfolio = await PortfolioAsync("maria");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(portfolio, Pdf)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single((await ReadAsync(portfolio)).GetProperty("items").EnumerateArray());
    }

    private async Task<string> PortfolioAsync(string who)
    {
        using var found = await _lrs.Http.PostAsJsonAsync("/learning-record/learners/lookup", new { actor = Make.Agent(who) }, Cancellation);
        return $"/learning-record/learners/{(await found.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("learnerId").GetString()}/evidence";
    }

    private Task<JsonElement> ReadAsync(string path) => _lrs.Http.GetFromJsonAsync<JsonElement>(path, Cancellation);

    private async Task<JsonElement> AddedAsync(string portfolio, byte[] content)
    {
        using var answer = await PostAsync(portfolio, content);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<JsonElement> LinkedAsync(string portfolio, string url, params Guid[] records)
    {
        using var answer = await _lrs.Http.PostAsJsonAsync($"{portfolio}/links", new { title = "A post", url, records }, Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<HttpResponseMessage> PostAsync(string portfolio, byte[] content, string type = "application/pdf", string metadata = """{"title":"Certificate"}""", string? key = null)
    {
        var file = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var form = new MultipartFormDataContent { { new StringContent(metadata), "metadata" }, { file, "file", "certificate.pdf" } };
        if (key is not null) form.Headers.Add("Idempotency-Key", key);
        return await _lrs.Http.PostAsync($"{portfolio}/files", form, Cancellation);
    }
}
