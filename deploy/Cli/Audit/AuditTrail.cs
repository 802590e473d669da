using System.Text.Json.Nodes;

namespace Pathways.Cli.Audit;

/// <summary>
/// Everything a stack, a credential or a recognition rests on, across the services: from each event back to its cause,
/// to the earlier events of its stream, and to the rules and evidence that its data name.
/// </summary>
internal sealed class AuditTrail(Door door)
{
    private readonly Dictionary<(string Service, Guid Id), AuditedEvent> _events = [];
    private readonly HashSet<(string Service, string Stream)> _streams = [];
    private readonly List<string> _missing = [];

    /// <summary>What is named but could not be found: an incomplete chain.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>In the order of recording.</summary>
    public IReadOnlyList<AuditedEvent> Events => [.. _events.Values.OrderBy(e => e.RecordedAt).ThenBy(e => e.Service, StringComparer.Ordinal).ThenBy(e => e.Position)];

    public async Task<bool> FollowAsync(StreamReference start, CancellationToken cancellation)
    {
        if (!await FollowStreamAsync(start, cancellation)) return false;
        return true;
    }

    private async Task<bool> FollowStreamAsync(StreamReference reference, CancellationToken cancellation)
    {
        if (!_streams.Add((reference.Service, reference.Stream))) return true;
        var answer = await door.FindAsync("*", $"{reference.Service}/audit/streams/{Uri.EscapeDataString(reference.Stream)}", cancellation);
        var items = (answer as JsonArray ?? answer?["events"]?.AsArray() ?? answer?["items"]?.AsArray())?.ToList() ?? [];
        if (items.Count == 0) return false;
        var events = items.Select(item => AuditedEvent.From(reference.Service, item!)).ToList();
        foreach (var recorded in events) _events[(recorded.Service, recorded.Id)] = recorded;
        foreach (var recorded in events)
        {
            await FollowCauseAsync(recorded, cancellation);
            foreach (var named in StreamReference.NamedBy(recorded))
            {
                if (!await FollowStreamAsync(named, cancellation)) _missing.Add($"{named.Service} {named.Stream}, named by {recorded.Type} {recorded.Id}");
            }
        }

        return true;
    }

    private async Task FollowCauseAsync(AuditedEvent effect, CancellationToken cancellation)
    {
        if (effect.Cause is not { } cause || _events.ContainsKey((cause.Source, cause.EventId))) return;
        var node = await door.FindAsync("*", $"{cause.Source}/audit/events/{cause.EventId}", cancellation);
        if (node is null)
        {
            _missing.Add($"{cause.Source} event {cause.EventId}, the cause of {effect.Type} {effect.Id}");
            return;
        }

        await FollowStreamAsync(new StreamReference(cause.Source, AuditedEvent.From(cause.Source, node).Stream), cancellation);
    }
}
