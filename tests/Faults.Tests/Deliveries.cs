using System.Text.Json;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// What each service has published, and how far each of its consumers has come in every stream, against what the sources'
/// logs hold: to the last event, and no further.
/// </summary>
internal static class Deliveries
{
    public static async Task<IReadOnlyList<Violation>> WrongAsync(FaultSystem system, IReadOnlyList<SystemLogEntry> log, CancellationToken cancellation)
    {
        var wrong = new List<Violation>();
        foreach (var source in BrokerTopology.Consumers.Values.SelectMany(sources => sources).Distinct())
        {
            var published = await VersionsAsync(system, source, "select tenant_id as tenant, stream, version from events.public_heads", cancellation);
            wrong.AddRange(Violations($"the publisher of {source}", Invariants.PublicHeads(log, source), published, given: []));
        }

        foreach (var (consumer, sources) in BrokerTopology.Consumers)
        {
            var skipped = log.Where(entry => entry.Service == consumer && entry.Type == "message_skipped").Select(entry => (entry.Tenant, (string)entry.Data["Stream"]!)).ToHashSet();
            foreach (var source in sources)
            {
                var cursors = await VersionsAsync(system, consumer, $"select tenant_id as tenant, stream, version from events.cursors where source = '{source}'", cancellation);
                wrong.AddRange(Violations($"{consumer} from {source}", Invariants.PublicHeads(log, source), cursors, skipped));
            }
        }

        return wrong;
    }

    /// <param name="heads">The last public version of each stream, as the source's log has it.</param>
    /// <param name="reached">How far somebody says that it has come.</param>
    /// <param name="given">Streams in which an operator has skipped something that the source may never have said.</param>
    public static IEnumerable<Violation> Violations(
        string who, IReadOnlyDictionary<(string Tenant, string Stream), long> heads, IReadOnlyDictionary<(string Tenant, string Stream), long> reached,
        IReadOnlyCollection<(string Tenant, string Stream)> given)
    {
        foreach (var (stream, head) in heads)
        {
            if (reached.GetValueOrDefault(stream) is var version && version < head)
                yield return new(ViolationKind.Lost, $"{who} has come to {version} of {head} in {stream.Tenant} {stream.Stream}");
        }

        foreach (var (stream, version) in reached)
        {
            if (version > heads.GetValueOrDefault(stream) && !given.Contains(stream))
                yield return new(ViolationKind.Phantom, $"{who} has come to {version} in {stream.Tenant} {stream.Stream}, which ends at {heads.GetValueOrDefault(stream)}");
        }
    }

    private static async Task<IReadOnlyDictionary<(string Tenant, string Stream), long>> VersionsAsync(
        FaultSystem system, string service, string sql, CancellationToken cancellation)
    {
        var rows = (string)(await system.Nodes.SqlAsync(
            system.Running.Topology.Service(service).Database, $"select coalesce(json_agg(r), '[]')::text from ({sql}) r", cancellation))!;
        return JsonSerializer.Deserialize<List<Reached>>(rows, JsonSerializerOptions.Web)!.ToDictionary(row => (row.Tenant, row.Stream), row => row.Version);
    }

    private sealed record Reached(string Tenant, string Stream, long Version);
}
