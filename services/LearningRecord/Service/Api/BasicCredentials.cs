using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>
/// Key and secret, as xAPI activity providers send them with every request (Basic, RFC 7617): they are a client's id and
/// secret. They are exchanged at Access for a token, and the request goes on as if it had brought that token; so there is one
/// way of deciding who may do what.
/// </summary>
internal sealed class BasicCredentials(HttpClient access, TimeProvider clock) : IConfigureNamedOptions<JwtBearerOptions>
{
    // Short, so that a rotated or revoked secret ends soon; long enough that a busy provider costs Access next to nothing.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(15);
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Exchanged> _known = new();

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != JwtBearerDefaults.AuthenticationScheme) return;
        var bearer = options.Events.OnMessageReceived;
        options.Events.OnMessageReceived = async context =>
        {
            var request = context.Request;
            if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var given)
                && given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && request.Path.StartsWithSegments("/xapi"))
            {
                string? token = await TokenAsync(given.Parameter ?? "", context.HttpContext.RequestAborted);
                if (token is null)
                {
                    context.Fail("The key or the secret is wrong.");
                    return;
                }
                request.Headers.Authorization = $"Bearer {token}";
            }
            await bearer(context);
        };
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    private async Task<string?> TokenAsync(string credentials, CancellationToken cancellation)
    {
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(credentials)));
        if (_known.TryGetValue(key, out var known) && known.Until > clock.GetUtcNow()) return known.Token;
        string? token = await ExchangeAsync(credentials, cancellation);
        if (token is null)
        {
            _known.TryRemove(key, out _);
            return null;
        }
        if (_known.Count >= MostRemembered) _known.Clear();
        _known[key] = new Exchanged(token, clock.GetUtcNow() + Remembered);
        return token;
    }

    private async Task<string?> ExchangeAsync(string credentials, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token");
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        try
        {
            using var response = await access.SendAsync(request, cancellation);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return null;
            response.EnsureSuccessStatusCode();
            using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            return body.RootElement.GetProperty("access_token").GetString();
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new DependencyUnavailableException("access", error);
        }
    }

    private sealed record Exchanged(string Token, DateTimeOffset Until);
}
