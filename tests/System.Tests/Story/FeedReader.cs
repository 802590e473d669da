using System.Text.Json.Nodes;
using Pathways.Tests.Support;

namespace Pathways.Tests.Story;

/// <summary>Reads an institution's feed on from where it stopped, as a consumer does.</summary>
internal sealed class FeedReader(DoorClient institution)
{
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
        while (true)
        {
            var page = await institution.GetAsync($"feed/events?limit=200{(_after is null ? "" : $"&after={_after}")}", cancellation);
            foreach (var cloudEvent in page["items"]!.AsArray()) _events[(string)cloudEvent!["id"]!] = cloudEvent;
            if ((string?)page["next"] is not { } next) return;
            _after = next;
        }
    }

    private bool Told(string type) => _events.Values.Any(cloudEvent => ((string)cloudEvent["type"]!).Contains(type, StringComparison.Ordinal));
}
