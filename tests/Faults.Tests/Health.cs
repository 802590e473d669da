using System.Text.Json.Nodes;
using Npgsql;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>What every replica says of itself, and what still waits: in its database, and at the broker.</summary>
internal static class Health
{
    /// <summary>A line for whatever a service has not come to the end of: sealing, each read model, each subscription, its deadlines.</summary>
    private const string Pending = """
        select coalesce(array_agg(what), '{}') from (
          select count(*) || ' events are not sealed' as what
            from (select seq_id from events.pending
                  union select seq_id from events.mt_events e where type <> 'tombstone' and not exists (select from events.log l where l.seq_id = e.seq_id)) unsealed
          having count(*) > 0
          union all
          select format('%s has come to %s of %s', f.name, f.position, head.position)
            from events.log_head head, (select name, position from events.projection_position union all select name, position from events.subscription_position) f
           where f.position <> head.position
          union all
          select count(*) || ' deadlines are not met' from events.deadlines where due_at <= now() or attempts > 0 having count(*) > 0) waiting
        """;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<IReadOnlyList<Violation>> WrongAsync(FaultSystem system, CancellationToken cancellation)
    {
        var wrong = system.Running.State.Processes
            .Where(process => process.Condition != Condition.Ready || !process.IsAlive)
            .Select(process => new Violation(ViolationKind.LeftOver, $"{process.Name} is {process.Condition}"))
            .ToList();
        if (wrong.Count > 0) return wrong;

        foreach (var service in system.Services)
        {
            for (int replica = 0; replica < service.Ports.Count; replica++)
            {
                if (await ReasonAsync(service, replica, cancellation) is { } reason)
                    wrong.Add(new(ViolationKind.LeftOver, $"{service.ProcessName(replica)} is not healthy: {reason}"));
            }

            await using var connection = await system.Nodes.OpenAsync(service.Database, cancellation);
            wrong.AddRange(await PendingAsync(connection, service.Name, cancellation));
        }

        var queues = await system.Nodes.QueuesAsync(cancellation);
        return [.. wrong, .. system.Services.SelectMany(service => QueuesOf(service.Name, service.Ports.Count, queues))];
    }

    /// <summary>What waits in a service's database.</summary>
    public static async Task<IReadOnlyList<Violation>> PendingAsync(NpgsqlConnection connection, string service, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Pending, connection);
        return [.. ((string[])(await command.ExecuteScalarAsync(cancellation))!).Select(what => new Violation(ViolationKind.LeftOver, $"{service}: {what}"))];
    }

    /// <summary>Each queue of a service is there, every replica consumes it, and it is empty.</summary>
    public static IEnumerable<Violation> QueuesOf(string service, int replicas, IReadOnlyDictionary<string, QueueState> queues)
    {
        foreach (var source in BrokerTopology.Consumers.GetValueOrDefault(service, []))
        {
            string name = BrokerTopology.QueueName(service, source);
            var queue = queues.GetValueOrDefault(name);
            if (queue is null || queue.Consumers < replicas) yield return new(ViolationKind.LeftOver, $"{name} is not consumed by every replica");
            else if (queue.Messages > 0) yield return new(ViolationKind.LeftOver, $"{queue.Messages} messages wait in {name}");
        }
    }

    /// <summary>Queues that are missing, or that a replica does not consume.</summary>
    public static async Task<IReadOnlyList<string>> UnconsumedAsync(FaultSystem system, CancellationToken cancellation)
    {
        var queues = await system.Nodes.QueuesAsync(cancellation);
        return
        [
            .. from service in system.Services
               from source in BrokerTopology.Consumers.GetValueOrDefault(service.Name, [])
               let queue = BrokerTopology.QueueName(service.Name, source)
               where queues.GetValueOrDefault(queue) is not { } state || state.Consumers < service.Ports.Count
               select queue,
        ];
    }

    /// <summary>Why a replica is not healthy; null when it is.</summary>
    public static async Task<string?> ReasonAsync(Service service, int replica, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(service.Url(replica) + "/health"), cancellation);
        return ReasonIn(JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!);
    }

    public static string? ReasonIn(JsonNode health)
        => (string)health["status"]! == "Healthy" ? null : string.Join("; ", health["reasons"]!.AsArray().Select(reason => (string)reason!));

    /// <summary>The process answers, and says that it needs no restart.</summary>
    public static async Task<bool> IsAliveAsync(Service service, int replica, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(service.Url(replica) + "/alive"), cancellation);
        return answer.IsSuccessStatusCode;
    }
}
