using System.Text.Json.Nodes;
using Pathways.Tests.Support;

namespace Pathways.Tests.Story;

/// <summary>Reads an institution's feed on from where it stopped, as a consumer does.</summary>
internal sealed class FeedReader(DoorClient institution)
{
    private const int PageSize = 200;

    private readonly Dictionary<string, JsonNode> _events = [];
    private string? _after;

    public IReadOnlyCollection<JsonNode> Events => _events.Values;

    public async Task<bool> TellsAsync(string type, CancellationToken cancellation)
    {
        if (!Told(type)) await ReadOnAsync(cancellation);
        return Told(type);
    }

    public async Task ReadOnAsync(CancellationToken cancellation)
    {
        int read;
        do
        {
            var page = await institution.GetAsync($"feed/events?limit={PageSize}{(_after is null ? "" : $"&after={_after}")}", cancellation);
            var events = page["items"]!.AsArray();
            foreach (var cloudEvent in events) _events[(string)cloudEvent!["id"]!] = cloudEvent;
            // The feed has no end: its cursor also says where to go on later.
            _after = (string?)page["next"] ?? _after;
            read = events.Count;
        }
        while (read == PageSize);
    }

    private bool Told(string type) => _events.Values.Any(cloudEvent => ((string)cloudEvent["type"]!).Contains(type, StringComparison.Ordinal));
}
