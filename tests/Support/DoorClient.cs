using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pathways.Tests.Support;

/// <summary>One institution's systems, as they see a running system: through its public door, with a token.</summary>
public sealed class DoorClient : IDisposable
{
    private readonly HttpClient _http;

    private DoorClient(HttpClient http) => _http = http;

    /// <summary>With no tenant: somebody from outside, who has no token.</summary>
    public static DoorClient Anonymous(RunningSystem system) => new(new HttpClient { BaseAddress = system.Origin });

    public static async Task<DoorClient> OfAsync(RunningSystem system, string tenant, string scopes, CancellationToken cancellation)
    {
        var http = new HttpClient { BaseAddress = system.Origin };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(system, tenant, scopes, cancellation));
        return new DoorClient(http);
    }

    /// <summary>An access token, got with the operator's credentials.</summary>
    public static async Task<string> TokenAsync(RunningSystem system, string tenant, string scopes, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = system.Origin };
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("tenant", tenant), new("scope", scopes)]),
        };
        var secret = $"{system.Operator.ClientId}:{system.Operator.ClientSecret}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)));
        using var response = await http.SendAsync(request, cancellation);
        var token = JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation))!;
        return (string)token["access_token"]!;
    }

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellation) => AnswerAsync(HttpMethod.Get, path, content: null, cancellation);

    public Task<JsonNode> PostAsync(string path, JsonNode body, CancellationToken cancellation, params (string Name, string Value)[] headers)
        => AnswerAsync(HttpMethod.Post, path, Json(body), cancellation, headers);

    /// <summary>xAPI statements, one or several.</summary>
    public Task<JsonNode> StatementsAsync(JsonNode statements, CancellationToken cancellation)
        => PostAsync("xapi/statements", statements, cancellation, ("X-Experience-API-Version", "2.0.0"));

    public async Task<string> TextAsync(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, path, content: null, cancellation);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
    }

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return _http.SendAsync(request, cancellation);
    }

    public static StringContent Json(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> AnswerAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(method, path, content, cancellation, headers);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
    }
}
