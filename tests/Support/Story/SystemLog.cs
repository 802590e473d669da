using System.Text.Json.Nodes;

namespace Pathways.Tests.Support.Story;

/// <summary>One entry of a service's sealed log, as the operator exports it.</summary>
public sealed record SystemLogEntry(string Service, long Position, Guid Id, string Tenant, string Stream, long Version, string Type, JsonObject Data)
{
    /// <summary>The event that it follows from; null when somebody asked for it.</summary>
    public LoggedCause? Cause { get; init; }
}

/// <param name="Source">The service in whose log the cause is.</param>
public sealed record LoggedCause(string Source, Guid Id);

/// <summary>The whole log of every service, read through the door: what the checks of invariants rest on.</summary>
public sealed class SystemLog(RunningSystem system)
{
    private readonly Dictionary<string, long> _read = ServicesOf(system).ToDictionary(service => service, _ => 0L);
    private readonly List<SystemLogEntry> _entries = [];

    public static IEnumerable<string> ServicesOf(RunningSystem system)
        => system.Topology.Services.Where(service => service.HasDatabase).Select(service => service.Name);

    public static Task<IReadOnlyList<SystemLogEntry>> ReadAsync(RunningSystem system, CancellationToken cancellation)
        => new SystemLog(system).ReadOnAsync(cancellation);

    /// <summary>All of it; what was read before is not asked for again, since a log only grows.</summary>
    public async Task<IReadOnlyList<SystemLogEntry>> ReadOnAsync(CancellationToken cancellation)
    {
        using var operatorClient = await DoorClient.OfAsync(system, "*", "operator", cancellation);
        foreach (var service in ServicesOf(system))
        {
            string? after = $"{_read[service]}";
            while (after is not null)
            {
                var page = await operatorClient.GetAsync($"{service}/audit/log?after={after}&limit=200", cancellation);
                foreach (var entry in page["items"]!.AsArray().Select(entry => EntryOf(service, entry!)))
                {
                    _entries.Add(entry);
                    _read[service] = entry.Position;
                }

                after = (string?)page["next"];
            }
        }

        return _entries;
    }

    private static SystemLogEntry EntryOf(string service, JsonNode entry)
    {
        var stored = entry["event"]!;
        return new(
            service, (long)entry["position"]!, (Guid)stored["id"]!, (string)stored["tenant"]!, (string)stored["stream"]!, (long)stored["version"]!,
            (string)stored["type"]!, JsonNode.Parse((string)stored["data"]!)!.AsObject())
        {
            Cause = CauseOf(stored),
        };
    }

    private static LoggedCause? CauseOf(JsonNode stored)
    {
        if ((string?)stored["headers"] is not { } headers || (string?)JsonNode.Parse(headers)!["cause_source"] is not { } source) return null;
        return new LoggedCause(source, Guid.Parse((string)stored["causationId"]!));
    }
}
