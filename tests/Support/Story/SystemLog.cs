using System.Text.Json.Nodes;

namespace Pathways.Tests.Support.Story;

/// <summary>One entry of a service's sealed log, as the operator exports it.</summary>
public sealed record SystemLogEntry(string Service, long Position, Guid Id, string Tenant, string Stream, long Version, string Type, JsonObject Data);

/// <summary>The whole log of every service, read through the door: what the checks of invariants rest on.</summary>
public static class SystemLog
{
    public static readonly IReadOnlyList<string> Services =
        ["access", "learning-record", "credential-issuance", "pathway-stacking", "transfer-recognition", "institution-feed"];

    public static async Task<IReadOnlyList<SystemLogEntry>> ReadAsync(RunningSystem system, CancellationToken cancellation)
    {
        using var operatorClient = await DoorClient.OfAsync(system, "*", "operator", cancellation);
        var entries = new List<SystemLogEntry>();
        foreach (var service in Services)
        {
            string? after = "0";
            while (after is not null)
            {
                var page = await operatorClient.GetAsync($"{service}/audit/log?after={after}&limit=200", cancellation);
                entries.AddRange(page["items"]!.AsArray().Select(entry => EntryOf(service, entry!)));
                after = (string?)page["next"];
            }
        }

        return entries;
    }

    private static SystemLogEntry EntryOf(string service, JsonNode entry)
    {
        var stored = entry["event"]!;
        return new(
            service, (long)entry["position"]!, (Guid)stored["id"]!, (string)stored["tenant"]!, (string)stored["stream"]!, (long)stored["version"]!,
            (string)stored["type"]!, JsonNode.Parse((string)stored["data"]!)!.AsObject());
    }
}
