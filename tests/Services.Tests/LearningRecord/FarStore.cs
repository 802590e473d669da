using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pathways.LearningRecord;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>
/// Two record stores with databases of their own. Between them stands a door that hands on every request of a lane
/// (<c>/&lt;lane&gt;/xapi/…</c>), notes it, and answers in the far store's place when a test wants that. The near store has two processes.
/// </summary>
public sealed class TwoStores(TestServers servers) : IAsyncLifetime
{
    private readonly RecordAndAccess _far = new(servers);
    private readonly HttpClient _onward = new();
    private readonly ConcurrentDictionary<string, Func<HttpRequest, string, int?>> _answers = new();
    private readonly ConcurrentDictionary<string, Func<HttpRequest, Task<string>>> _told = new();
    private readonly ConcurrentDictionary<string, Task> _kept = new();
    private readonly ConcurrentQueue<(string Lane, string Method, string Body)> _seen = new();
    private WebApplication _door = null!;
    private ServiceUnderTest _beside = null!;

    public ServiceUnderTest Near { get; private set; } = null!;

    public RecordAndAccess Far => _far;

    public string Origin => _door.Urls.Single();

    /// <summary>Of a store that may call the door.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/",
        ["Access:Url"] = "http://127.0.0.1:9",
        ["Connections:PrivateOrigins"] = Origin,
        ["Connections:FirstPauseMilliseconds"] = "100",
    };

    public async ValueTask InitializeAsync()
    {
        await _far.InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _door = builder.Build();
        _door.Map("/{lane}/xapi/{**rest}", (string lane, HttpContext http) => HandOnAsync(lane, http));
        _door.Map("/xapi/{**rest}", (HttpContext http) => HandOnAsync("", http));
        await _door.StartAsync();
        Near = await ServiceUnderTest.StartAsync(servers, LearningRecordService.Definition, Settings);
        _beside = await Near.StartBesideAsync(LearningRecordService.Definition, Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _beside.DisposeAsync();
        await Near.DisposeAsync();
        await _door.DisposeAsync();
        await _far.DisposeAsync();
        _onward.Dispose();
    }

    /// <summary>The door answers with this status itself, from the method and body; null hands the request on.</summary>
    public void Answer(string lane, Func<HttpRequest, string, int?> status) => _answers[lane] = status;

    /// <summary>The door answers with this JSON itself, until something else is asked of it.</summary>
    public void Tell(string lane, Func<HttpRequest, Task<string>> json) => _told[lane] = json;

    public void HandOn(string lane) => _answers.TryRemove(lane, out _);

    /// <summary>What is posted is handed on, and the far store's answer is kept back until then.</summary>
    public void KeepAnswers(string lane, Task until) => _kept[lane] = until;

    /// <summary>Bodies of what was posted through the lane.</summary>
    public IReadOnlyList<string> Posted(string lane) => [.. _seen.Where(seen => seen.Lane == lane && seen.Method == "POST").Select(seen => seen.Body)];

    public int Asked(string lane) => _seen.Count(seen => seen.Lane == lane);

    private async Task HandOnAsync(string lane, HttpContext http)
    {
        using var read = new MemoryStream();
        await http.Request.Body.CopyToAsync(read);
        string body = Encoding.Latin1.GetString(read.ToArray());
        _seen.Enqueue((lane, http.Request.Method, body));
        if (_answers.TryGetValue(lane, out var answer) && answer(http.Request, body) is { } status)
        {
            http.Response.StatusCode = status;
            return;
        }
        if (_told.TryGetValue(lane, out var json))
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(await json(http.Request));
            return;
        }
        using var request = new HttpRequestMessage(
            new HttpMethod(http.Request.Method), new Uri(_far.Record.Address, $"/xapi/{http.Request.RouteValues["rest"]}{http.Request.QueryString}"));
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(http.Request.Headers.Authorization.ToString());
        request.Headers.Add("X-Experience-API-Version", http.Request.Headers["X-Experience-API-Version"].ToString());
        if (read.Length > 0)
        {
            request.Content = new ByteArrayContent(read.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        }
        using var response = await _onward.SendAsync(request);
        if (http.Request.Method == "POST" && _kept.TryGetValue(lane, out var until)) await until;
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.TryGetValues("Content-Type", out var types) ? types.First() : null;
        if (response.Headers.TryGetValues("X-Experience-API-Consistent-Through", out var through)) http.Response.Headers["X-Experience-API-Consistent-Through"] = through.First();
        if (response.Content.Headers.ContentLength != 0 && http.Response.StatusCode != StatusCodes.Status204NoContent)
            await response.Content.CopyToAsync(http.Response.Body);
    }
}
