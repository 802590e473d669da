using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pathways.LearningRecord;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class FollowingStatements(RecordService record, TestServers servers)
{
    private const string Live = "/learning-record/statements/live";

    private readonly Lrs _lrs = record.NewTenant();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statements_come_as_they_are_stored_by_the_filter_and_from_where_it_was_left()
    {
        var (first, second) = (Make.Statement(), Make.Statement());
        var one = await ReadAsync(_lrs.Http, Live + "?verb=" + Uri.EscapeDataString(Make.Passed), 1, lastId: null, async () =>
        {
            await _lrs.StoreAsync(Make.Statement(verb: "http://adlnet.gov/expapi/verbs/experienced"));
            await _lrs.StoreAsync(first);
        });
        Assert.Contains($"{first["id"]}", Assert.Single(one).Data, StringComparison.Ordinal);

        await _lrs.StoreAsync(second);
        var rest = await ReadAsync(_lrs.Http, Live, 1, one[0].EventId, () => Task.CompletedTask);
        Assert.Contains($"{second["id"]}", Assert.Single(rest).Data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "record-keeping")]
    [InlineData("?purpose=research", "research")]
    public async Task Who_follows_is_recorded_and_what_for(string query, string purpose)
    {
        await ReadAsync(_lrs.Http, Live + query, 1, lastId: null, () => _lrs.StoreAsync(Make.Statement()));

        await Eventually.TrueAsync(
            async () => (long)(await TwoServices.ScalarAsync(
                record.Service.Database.DaemonConnectionString,
                $"select count(*) from events.disclosures where tenant_id = '{_lrs.Tenant}' and route = '{Live}' and purpose = '{purpose}'"))! > 0,
            TimeSpan.FromSeconds(20), "the disclosure", Cancellation);
    }

    [Fact]
    public async Task It_ends_with_its_token()
    {
        var claims = record.Service.Issuer.Claims(_lrs.Tenant, "statements/read");
        claims["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2;
        using var http = new HttpClient { BaseAddress = record.Service.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", record.Service.Issuer.Sign(claims, new Dictionary<string, object>()));
        await EndsAsync(http, () => Task.CompletedTask);
    }

    [Fact]
    public async Task It_ends_when_the_service_stops()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            servers, LearningRecordService.Definition,
            new Dictionary<string, string?> { ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/", ["Access:Url"] = "http://127.0.0.1:9" });
        using var http = service.Client("tenant-live", "statements/read");
        await EndsAsync(http, () =>
        {
            service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task An_unknown_filter_is_refused()
    {
        using var answer = await _lrs.Http.GetAsync(Live + "?colour=red", Cancellation);
        Assert.Equal((400, "unknown-parameter", "colour"), await Lrs.ProblemAsync(answer));
    }

    private static async Task EndsAsync(HttpClient http, Func<Task> meanwhile)
    {
        using var answer = await http.GetAsync(Live, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
        var reading = body.CopyToAsync(Stream.Null, Cancellation);
        await meanwhile();
        await reading.WaitAsync(TimeSpan.FromSeconds(15), Cancellation);
    }

    private static async Task<List<SseItem<string>>> ReadAsync(HttpClient http, string path, int count, string? lastId, Func<Task> meanwhile)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var items = new List<SseItem<string>>();
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(limit.Token));
        bool started = false;
        await foreach (var item in parser.EnumerateAsync(limit.Token))
        {
            if (!started) await meanwhile();
            started = true;
            if (item.EventType == "statement") items.Add(item);
            if (items.Count == count) break;
        }
        return items;
    }
}
