using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Pathways.Messaging.Peers;
using Pathways.WebDefaults.Outbound;

namespace Pathways.LearningRecord.Credentials;

/// <summary>
/// Follows what Access says of clients that were rotated or revoked: tokens from before are over at once, not when they
/// expire. While Access can't be heard, tokens hold as long as they say.
/// </summary>
internal sealed partial class ClientChanges(
    DependencyHttp http, IConfiguration configuration, ServiceTokens tokens, TimeProvider clock, ILogger<ClientChanges> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Access says something every second, be it nothing.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, int> _generations = new(StringComparer.Ordinal);

    /// <summary>Changes are heard as they happen.</summary>
    public bool IsTold { get; private set; }

    /// <summary>A token of this generation of the client is not valid any more.</summary>
    public bool IsOver(string clientId, int generation) => generation > 0 && _generations.TryGetValue(clientId, out int current) && generation < current;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await tokens.GetAsync(stoppingToken) is not { } token) return;
                await FollowAsync(token, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Access starts after us, or again: credentials are then asked for more often, and nothing is lost.
                if (IsTold) NotHeard(error.Message);
                tokens.Forget();
            }
            IsTold = false;
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(string token, CancellationToken cancellation)
    {
        // Without an end: the budget is for its beginning, and silence ends it.
        using var response = await http.SendAsync(
            Dependency.Access,
            () => new HttpRequestMessage(HttpMethod.Get, configuration.AccessAddress("access/changes")) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } },
            cancellation, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation).AsTask().WaitAsync(Silence, clock, cancellation) is { } line)
        {
            foreach (var change in JsonSerializer.Deserialize<Change[]>(line, JsonSerializerOptions.Web) ?? []) _generations[change.ClientId] = change.Generation;
            IsTold = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Access is not heard any more ({Reason}): credentials are verified more often until it is")]
    private partial void NotHeard(string reason);

    private sealed record Change(string ClientId, int Generation);
}
