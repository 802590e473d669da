using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Messaging.Peers;

/// <summary>This service's own access token (OAuth 2.0 client credentials), kept until shortly before it expires.</summary>
public sealed class ServiceTokens(MessagingOptions options, DependencyHttp http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private string? _token;
    private DateTimeOffset _until;

    /// <summary>Null when no token endpoint is configured.</summary>
    public async Task<string?> GetAsync(CancellationToken cancellation)
    {
        if (options.Access is not { } access) return null;
        await _fetching.WaitAsync(cancellation);
        try
        {
            if (_token is null || time.GetUtcNow() >= _until) await FetchAsync(access, cancellation);
            return _token;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>The token was refused: keys may have been rotated.</summary>
    public void Forget() => _token = null;

    public void Dispose() => _fetching.Dispose();

    private async Task FetchAsync(AccessOptions access, CancellationToken cancellation)
    {
        using var response = await http.SendAsync(
            Dependency.Access,
            // Another token is no harm.
            () => DependencyHttp.Repeatable(new HttpRequestMessage(HttpMethod.Post, access.TokenEndpoint)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = access.ClientId,
                    ["client_secret"] = access.ClientSecret,
                    ["scope"] = "service",
                }),
            }),
            cancellation);
        response.EnsureSuccessStatusCode();
        var token = await response.Content.ReadFromJsonAsync<TokenResponse>(cancellation)
            ?? throw new HttpRequestException("The token endpoint answered nothing.");
        _token = token.AccessToken;
        _until = time.GetUtcNow() + TimeSpan.FromSeconds(token.ExpiresIn) - Margin;
    }

    private sealed record TokenResponse(
        [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
