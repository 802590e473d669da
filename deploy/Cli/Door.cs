using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;

namespace Pathways.Cli;

/// <summary>The running system behind its public door, with the operator's tokens.</summary>
internal sealed class Door : IDisposable
{
    private readonly HttpClient _http;
    private readonly OperatorClient _operator;
    private readonly ConcurrentDictionary<(string Tenant, string Scopes), string> _tokens = new();

    private Door(RunState state, OperatorClient operatorClient)
    {
        State = state;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{state.DoorPort}/"), Timeout = TimeSpan.FromSeconds(100) };
        _operator = operatorClient;
    }

    public const string AllTenants = "*";

    private const string Operator = "operator";

    public Uri Address => _http.BaseAddress!;

    /// <summary>What runs behind the door.</summary>
    public RunState State { get; }

    public static Door Open(string dataDirectory)
    {
        var data = new DataDirectory(Path.GetFullPath(dataDirectory));
        var nothingRuns = new Problem("not-running", 503, "Nothing runs here", $"{data.Root} holds no running system.", "Start it with deploy/up, or name its data directory with --data.");
        if (RunState.Read(data) is not { IsAlive: true } state || !File.Exists(data.OperatorFile)) throw new ProblemException(nothingRuns);
        var operatorClient = JsonSerializer.Deserialize<OperatorClient>(File.ReadAllText(data.OperatorFile), JsonSerializerOptions.Web)
            ?? throw new ProblemException(nothingRuns);
        return new Door(state, operatorClient);
    }

    /// <summary>A token for one tenant, by the operator's client.</summary>
    public async Task<JsonObject> TokenAsync(string tenant, string scopes, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials", ["tenant"] = tenant, ["scope"] = scopes,
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_operator.ClientId}:{_operator.ClientSecret}")));
        using var response = await _http.SendAsync(request, cancellation);
        return (await BodyAsync(response, cancellation))!.AsObject();
    }

    public Task<JsonNode?> GetAsync(string tenant, string path, CancellationToken cancellation)
        => SendAsync(tenant, HttpMethod.Get, path, content: null, headers: null, cancellation);

    /// <summary>A list, page by page.</summary>
    /// <param name="path">With its limit.</param>
    public async Task<List<JsonObject>> AllAsync(string tenant, string path, CancellationToken cancellation)
    {
        var all = new List<JsonObject>();
        for (string? after = ""; after is not null;)
        {
            var page = (await GetAsync(tenant, path + after, cancellation))!;
            all.AddRange(page["items"]!.AsArray().Select(item => item!.DeepClone().AsObject()));
            after = (string?)page["next"] is { } next ? $"&after={next}" : null;
        }
        return all;
    }

    /// <summary>Null when it does not exist.</summary>
    public async Task<JsonNode?> FindAsync(string tenant, string path, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(tenant, path, cancellation);
        }
        catch (ProblemException problem) when (problem.Problem.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<JsonNode?> PostAsync(string tenant, string path, JsonNode? body, CancellationToken cancellation, params (string Name, string Value)[] headers)
        => SendAsync(tenant, HttpMethod.Post, path, JsonContentOf(body), headers, cancellation);

    /// <summary>An operator's task, on one institution's data.</summary>
    public Task<JsonNode?> PostAsOperatorAsync(string tenant, string path, JsonNode body, CancellationToken cancellation)
        => SendAsync(tenant, HttpMethod.Post, path, JsonContentOf(body), headers: null, cancellation, scopes: Operator);

    /// <summary>The same for what may take longer than a request may: each call gets on, and it is repeated until one comes to the end.</summary>
    /// <param name="goesOn">Told the time that it has taken so far, each time when a call was given up.</param>
    public async Task<JsonNode?> PostAsOperatorUntilDoneAsync(string tenant, string path, JsonNode body, Action<TimeSpan> goesOn, CancellationToken cancellation)
    {
        var giveUp = TimeSpan.FromHours(2);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await PostAsOperatorAsync(tenant, path, body, cancellation);
            }
            catch (ProblemException late) when (late.Problem.Status == (int)HttpStatusCode.GatewayTimeout && Stopwatch.GetElapsedTime(started) < giveUp)
            {
                goesOn(Stopwatch.GetElapsedTime(started));
                // It may take longer than a token lasts.
                _tokens.TryRemove((tenant, Operator), out _);
            }
        }
    }

    public Task<JsonNode?> PutAsync(string tenant, string path, JsonNode body, CancellationToken cancellation)
        => SendAsync(tenant, HttpMethod.Put, path, JsonContentOf(body), headers: null, cancellation);

    public Task<JsonNode?> PostBytesAsync(string tenant, string path, byte[] body, string contentType, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(tenant, HttpMethod.Post, path, content, headers: null, cancellation);
    }

    /// <summary>Without a token: what anybody may ask.</summary>
    public async Task<JsonNode?> PostOpenAsync(string path, byte[] body, string contentType, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await _http.PostAsync(path, content, cancellation);
        return await BodyAsync(response, cancellation);
    }

    /// <summary>A service's own health, which the door does not show to the outside.</summary>
    public async Task<JsonNode?> HealthAsync(int port, CancellationToken cancellation)
    {
        using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// A batch into the learning record, each statement by itself; what passes by itself (a restart, too much at once, an
    /// expired token, somebody else's writing) is waited for.
    /// </summary>
    public async Task<JsonNode> ImportStatementsAsync(string tenant, byte[] batch, CancellationToken cancellation)
    {
        var giveUp = TimeSpan.FromMinutes(2);
        var started = Stopwatch.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerSecond * 5)))
        {
            Problem problem;
            try
            {
                using var content = new ByteArrayContent(batch) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                return (await SendAsync(tenant, HttpMethod.Post, "learning-record/imports/statements", content, headers: null, cancellation))!;
            }
            catch (ProblemException refused)
            {
                problem = refused.Problem;
            }
            catch (Exception unreachable) when (unreachable is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                problem = new Problem("unreachable", 503, "The system does not answer", unreachable.Message, "Start it with deploy/up, and repeat the command: it goes on.");
            }
            if (problem.Status == (int)HttpStatusCode.Unauthorized) _tokens.TryRemove((tenant, Roles.EveryScope), out _);
            else if (problem.Status is < 500 and not (int)HttpStatusCode.TooManyRequests and not (int)HttpStatusCode.Conflict) throw new ProblemException(problem);
            if (Stopwatch.GetElapsedTime(started) > giveUp) throw new ProblemException(problem);
            await Task.Delay(pause, cancellation);
        }
    }

    private static StringContent JsonContentOf(JsonNode? body)
        => new(body?.ToJsonString() ?? "{}", Encoding.UTF8, "application/json");

    private async Task<JsonNode?> SendAsync(
        string tenant, HttpMethod method, string path, HttpContent? content, IEnumerable<(string Name, string Value)>? headers, CancellationToken cancellation,
        string? scopes = null)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/')) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await CachedTokenAsync(tenant, scopes ?? (tenant == AllTenants ? Operator : Roles.EveryScope), cancellation));
        foreach (var (name, value) in headers ?? []) request.Headers.Add(name, value);
        using var response = await _http.SendAsync(request, cancellation);
        return await BodyAsync(response, cancellation);
    }

    private async Task<string> CachedTokenAsync(string tenant, string scopes, CancellationToken cancellation)
    {
        if (_tokens.TryGetValue((tenant, scopes), out var cached)) return cached;
        var token = (string)(await TokenAsync(tenant, scopes, cancellation))["access_token"]!;
        return _tokens[(tenant, scopes)] = token;
    }

    private static async Task<JsonNode?> BodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode) throw new ProblemException(Problem.From((int)response.StatusCode, text));
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
