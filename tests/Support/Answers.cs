using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Pathways.Tests.Support;

/// <summary>An answer over HTTP, read whole.</summary>
public sealed record Answer(HttpStatusCode Status, string Body, HttpResponseHeaders Headers, string? MediaType)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>A problem document's stable code; null for anything else.</summary>
    public string? ProblemCode => MediaType == "application/problem+json" ? Json.GetProperty("code").GetString() : null;

    public override string ToString() => $"{(int)Status} {Body}";
}

public static class Answers
{
    public static Task<Answer> ReadAsync(this HttpClient http, string path) => http.SendAsync(HttpMethod.Get, path);

    public static Task<Answer> PostJsonAsync(this HttpClient http, string path, object body, params (string Name, string Value)[] headers)
        => http.SendAsync(HttpMethod.Post, path, JsonContent.Create(body), headers);

    public static Task<Answer> PostTextAsync(this HttpClient http, string path, string json, params (string Name, string Value)[] headers)
        => http.SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public static async Task<Answer> SendAsync(
        this HttpClient http, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return new Answer(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
    }
}
