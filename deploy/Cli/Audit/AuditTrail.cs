using System.Text.Json.Nodes;

namespace Pathways.Cli.Audit;

/// <summary>
/// Everything a stack, a credential or a recognition rests on, across the services: from each event back to its cause,
/// to the earlier events of its stream, and to the rules and evidence that its data name.
/// </summary>
internal sealed class AuditTrail(Door door)
{
    private readonly Dictionary<(string Service, Guid Id), AuditedEvent> _events = [];
    private readonly HashSet<(string? Tenant, StreamReference Stream)> _asked = [];
    private readonly List<string> _missing = [];

    /// <summary>What is named but could not be found: an incomplete chain.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>In the order of recording.</summary>
    public IReadOnlyList<AuditedEvent> Events => [.. _events.Values.OrderBy(e => e.RecordedAt).ThenBy(e => e.Service, StringComparer.Ordinal).ThenBy(e => e.Position)];

    /// <param name="tenant">Of the event that names the stream: two institutions may use one name. Null when only the id is known.</param>
    /// <returns>False when there is no such stream.</returns>
    public async Task<bool> FollowAsync(StreamReference reference, string? tenant, CancellationToken cancellation)
    {
        if (!_asked.Add((tenant, reference))) return true;
        var items = await ReadAsync(reference, tenant, cancellation);
        // What a recognition rests on is another institution's.
        if (items.Count == 0 && tenant is not null) items = await ReadAsync(reference, tenant: null, cancellation);
        var events = items.Select(item => AuditedEvent.From(reference.Service, item!)).Where(recorded => _events.TryAdd((recorded.Service, recorded.Id), recorded)).ToList();
        foreach (var recorded in events)
        {
            await FollowCauseAsync(recorded, cancellation);
            foreach (var named in StreamReference.NamedBy(recorded))
            {
                if (!await FollowAsync(named, recorded.Tenant, cancellation)) _missing.Add($"{named.Service} {named.Stream}, named by {recorded.Type} {recorded.Id}");
            }
        }

        return items.Count > 0;
    }

    private async Task FollowCauseAsync(AuditedEvent effect, CancellationToken cancellation)
    {
        if (effect.Cause is not { } cause || _events.ContainsKey((cause.Source, cause.EventId))) return;
        var node = await door.FindAsync(Door.AllTenants, $"{cause.Source}/audit/events/{cause.EventId}", cancellation);
        if (node is null)
        {
            _missing.Add($"{cause.Source} event {cause.EventId}, the cause of {effect.Type} {effect.Id}");
            return;
        }

        var found = AuditedEvent.From(cause.Source, node);
        await FollowAsync(new StreamReference(cause.Source, found.Stream), found.Tenant, cancellation);
    }

    private async Task<JsonArray> ReadAsync(StreamReference reference, string? tenant, CancellationToken cancellation)
    {
        var path = $"{reference.Service}/audit/streams/{Uri.EscapeDataString(reference.Stream)}{(tenant is null ? "" : $"?tenant={tenant}")}";
        return (await door.FindAsync(Door.AllTenants, path, cancellation))?["items"]?.AsArray() ?? [];
    }
}
