using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Pathways.EventStore.Integrity;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Operating;
using Pathways.Messaging.Wire;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Messaging.Peers;

/// <summary>Reads public events from the service that published them: the truth behind the messages.</summary>
internal sealed class SourceFeed(MessagingOptions options, DependencyHttp http, ServiceTokens tokens)
{
    public bool Knows(string source) => options.Peers.ContainsKey(source);

    /// <summary>The last public versions of a source's streams, in the order of publishing.</summary>
    public async Task<IReadOnlyList<StreamHead>> HeadsAsync(string source, long after, CancellationToken cancellation)
    {
        using var page = await GetAsync(source, $"public-heads?after={after}", cancellation);
        return page.Deserialize<List<StreamHead>>(JsonSerializerOptions.Web) ?? [];
    }

    /// <summary>All of them but the youngest, which the source leaves out.</summary>
    public async Task<IReadOnlyDictionary<(string Tenant, string Stream), StreamHead>> AllHeadsAsync(string source, CancellationToken cancellation)
    {
        var known = new Dictionary<(string, string), StreamHead>();
        long position = 0;
        while (await HeadsAsync(source, position, cancellation) is { Count: > 0 } page)
        {
            foreach (var head in page) known[(head.Tenant, head.Stream)] = head;
            position = page[^1].Position;
        }
        return known;
    }

    /// <summary>How far a source's log reaches, and its hash at a position.</summary>
    public async Task<LogState> LogAsync(string source, long at, CancellationToken cancellation)
    {
        using var state = await GetAsync(source, $"public-log?at={at}", cancellation);
        return state.Deserialize<LogState>(JsonSerializerOptions.Web) ?? throw new JsonException($"{source} says nothing of its log.");
    }

    /// <summary>Where events are in a source's log, of those that it has.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> PositionsAsync(string source, IEnumerable<Guid> events, CancellationToken cancellation)
    {
        var positions = new Dictionary<Guid, long>();
        foreach (var some in events.Distinct().Chunk(100))
        {
            using var page = await GetAsync(source, $"public-positions?{string.Join('&', some.Select(id => $"ids={id}"))}", cancellation);
            foreach (var (id, position) in page.Deserialize<List<EventPosition>>(JsonSerializerOptions.Web) ?? []) positions[id] = position;
        }
        return positions;
    }

    /// <summary>A stream's public events after a version and before another, in order.</summary>
    public async IAsyncEnumerable<IncomingEvent> ReadAsync(
        SourceStream stream, long after, [EnumeratorCancellation] CancellationToken cancellation, long before = long.MaxValue)
    {
        while (true)
        {
            string path = $"public-events?tenant={Uri.EscapeDataString(stream.Tenant)}&stream={Uri.EscapeDataString(stream.Stream)}&after={after}";
            using var page = await GetAsync(stream.Source, path, cancellation);
            int count = 0;
            foreach (var element in page.RootElement.EnumerateArray())
            {
                if (long.Parse(element.GetProperty("sequence").GetString()!, CultureInfo.InvariantCulture) >= before) yield break;
                var read = IncomingEvent.Parse(Encoding.UTF8.GetBytes(element.GetRawText()));
                yield return read;
                after = read.Version;
                count++;
            }
            if (count == 0) yield break;
        }
    }

    private async Task<JsonDocument> GetAsync(string source, string path, CancellationToken cancellation)
    {
        if (!options.Peers.TryGetValue(source, out var peer))
            throw new InvalidOperationException($"Pathways:Peers:{source} is not configured: missing events can't be fetched.");
        string? token = await tokens.GetAsync(cancellation);
        using var response = await http.SendAsync(
            Dependency.Peer(source),
            () => new HttpRequestMessage(HttpMethod.Get, new Uri(peer, $"/{source}/{path}"))
            {
                Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
            },
            cancellation);
        if (response.StatusCode is HttpStatusCode.Unauthorized) tokens.Forget();
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        return await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
    }
}
