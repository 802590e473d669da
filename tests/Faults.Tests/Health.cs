using System.Text.Json.Nodes;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>What every replica says of itself, and what still waits in its database.</summary>
internal static class Health
{
    private const string Unsealed = """
        select (select count(*) from events.pending)
             + (select count(*) from events.mt_events e where not exists (select from events.log l where l.seq_id = e.seq_id))
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

            if (await system.Nodes.SqlAsync(service.Database, Unsealed, cancellation) is long and > 0 and var left)
                wrong.Add(new(ViolationKind.LeftOver, $"{left} events of {service.Name} are not sealed"));
        }

        foreach (var queue in await UnconsumedAsync(system, cancellation)) wrong.Add(new(ViolationKind.LeftOver, $"{queue} is not consumed by every replica"));
        return wrong;
    }

    /// <summary>Queues that are missing, or that a replica does not consume.</summary>
    public static async Task<IReadOnlyList<string>> UnconsumedAsync(FaultSystem system, CancellationToken cancellation)
    {
        var consumers = await system.Nodes.ConsumersAsync(cancellation);
        return
        [
            .. from service in system.Services
               from source in BrokerTopology.Consumers.GetValueOrDefault(service.Name, [])
               let queue = BrokerTopology.QueueName(service.Name, source)
               where consumers.GetValueOrDefault(queue) < service.Ports.Count
               select queue,
        ];
    }

    /// <summary>Why a replica is not healthy; null when it is.</summary>
    public static async Task<string?> ReasonAsync(Service service, int replica, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(service.Url(replica) + "/health"), cancellation);
        var health = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!;
        return (string)health["status"]! == "Healthy" ? null : string.Join("; ", health["reasons"]!.AsArray().Select(reason => (string)reason!));
    }

    /// <summary>The process answers, and says that it needs no restart.</summary>
    public static async Task<bool> IsAliveAsync(Service service, int replica, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(service.Url(replica) + "/alive"), cancellation);
        return answer.IsSuccessStatusCode;
    }
}
