using System.Net;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>RabbitMQ is there, and does not do its work: stopped, without connections, emptied, out of memory.</summary>
internal static class BrokerDown
{
    private const string VirtualHost = "pathways";

    private static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(30);

    /// <summary>Commands are taken all the same; the services say that something is wrong and do not want to be restarted.</summary>
    public static Task<FaultReport> StopAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            system.Faults++;
            await system.Nodes.RabbitControlAsync(token, "stop_app");
            int before = system.History.Attempts.Count;
            var end = Task.Delay(run.Choose(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), token);
            await system.SeesAsync(() => DegradedAsync(system, token), NoticedWithin, "every service that uses the broker says so in /health", token);
            await end;
            await AllAliveAsync(system, token);
            AllTaken(system, before);
            await system.Nodes.RabbitControlAsync(token, "start_app");
        },
        cancellation);

    public static Task<FaultReport> CloseConnectionsAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            int before = system.History.Attempts.Count;
            for (int i = 0; i < run.Choose(2, 8, 40); i++)
            {
                system.Faults++;
                await system.Nodes.RabbitControlAsync(token, "close_all_connections", "closed on purpose");
                await Task.Delay(TimeSpan.FromSeconds(1), token);
            }

            AllTaken(system, before);
        },
        cancellation);

    /// <summary>A queue, an exchange, then all that the virtual host holds. What was confirmed and lay in the queues is gone; the sources still have it.</summary>
    public static Task<FaultReport> DeleteAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            int before = system.History.Attempts.Count;
            await DeleteAnyAsync(system, "queues", [BrokerTopology.QueueName("credential-issuance", "learning-record")], token);
            await ConsumedAsync(system, token);
            await DeleteAnyAsync(system, "exchanges", [BrokerTopology.Events], token);
            await Task.Delay(TimeSpan.FromSeconds(3), token);
            foreach (var kind in (string[])["queues", "exchanges"]) await DeleteAnyAsync(system, kind, await system.Nodes.NamesAsync(kind, VirtualHost, token), token);
            await UnbindInstitutionAsync(system, token);

            AllTaken(system, before);
        },
        cancellation);

    /// <summary>
    /// The exchange of the institutions' queues, and with it their bindings, while the queues stay. It comes last: a queue that
    /// is lost is filled again from the log, and would hide what was missing in it. The fault is one only if the queue was bound
    /// to what is deleted, and if something was published after that; the queue itself is read in the end.
    /// </summary>
    private static async Task UnbindInstitutionAsync(FaultSystem system, CancellationToken cancellation)
    {
        await system.SeesAsync(
            () => system.Nodes.IsBoundAsync(BrokerTopology.Feed, FeedQueue.Name, VirtualHost, cancellation), TimeSpan.FromSeconds(45), $"{FeedQueue.Name} is back, and bound", cancellation);
        await DeleteAnyAsync(system, "exchanges", [BrokerTopology.Feed], cancellation);
        await system.NewArrivesAsync(TimeSpan.FromSeconds(60), "something new is published after the institutions' exchange was deleted", cancellation);
    }

    /// <summary>Publishers do not pile up what they have to say.</summary>
    public static Task<FaultReport> AlarmAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            const long Megabyte = 1024 * 1024;
            var memory = system.ServiceProcesses.ToDictionary(name => name, system.ResidentBytes);
            await BlockAsync(
                system, ["set_vm_memory_high_watermark", "0.0001"], ["set_vm_memory_high_watermark", "0.3"], TimeSpan.FromSeconds(run.Choose(8, 30, 120)), token);
            foreach (var (name, bytes) in memory)
            {
                if (system.ResidentBytes(name) - bytes > 150 * Megabyte)
                    system.Seen.Add(new(ViolationKind.LeftOver, $"{name} grew from {bytes / Megabyte} to {system.ResidentBytes(name) / Megabyte} MB while the broker took nothing"));
            }
        },
        cancellation);

    /// <summary>The broker takes no messages for a while. Publishers say in /health that they wait, and commands are taken.</summary>
    public static async Task BlockAsync(FaultSystem system, string[] raiseAlarm, string[] endAlarm, TimeSpan lasting, CancellationToken cancellation)
    {
        int before = system.History.Attempts.Count;
        system.Faults++;
        await system.Nodes.RabbitControlAsync(cancellation, raiseAlarm);
        var end = Task.Delay(lasting, cancellation);
        await system.SeesAsync(() => PublishingWaitsAsync(system, cancellation), NoticedWithin, "learning-record says in /health that publishing waits", cancellation);
        await end;
        await system.Nodes.RabbitControlAsync(cancellation, endAlarm);
        AllTaken(system, before);
    }

    private static async Task DeleteAnyAsync(FaultSystem system, string kind, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        int deleted = 0;
        foreach (var name in names)
        {
            if (await DeleteAsync(system, kind, name, cancellation)) deleted++;
        }

        system.Faults += deleted;
        if (deleted == 0) system.Seen.Add(new(ViolationKind.LeftOver, $"none of the {kind} was deleted: the fault was none"));
    }

    /// <summary>False: it was gone already, with another one or since it was listed.</summary>
    private static async Task<bool> DeleteAsync(FaultSystem system, string kind, string name, CancellationToken cancellation)
    {
        using var answer = await system.Nodes.Management.DeleteAsync(
            new Uri($"{kind}/{VirtualHost}/{Uri.EscapeDataString(name)}", UriKind.Relative), cancellation);
        return answer.StatusCode switch
        {
            HttpStatusCode.NoContent => true,
            HttpStatusCode.NotFound => false,
            var refused => throw new InvalidOperationException($"Deleting {name} of the {kind} was answered with {refused}."),
        };
    }

    private static Task ConsumedAsync(FaultSystem system, CancellationToken cancellation) => system.SeesAsync(
        async () => (await Health.UnconsumedAsync(system, cancellation)).Count == 0, TimeSpan.FromSeconds(45), "the deleted queue is back, with its consumers", cancellation);

    private static async Task<bool> DegradedAsync(FaultSystem system, CancellationToken cancellation)
    {
        foreach (var service in system.Services.Where(service => BrokerTopology.Consumers.ContainsKey(service.Name)))
        {
            if (await Health.ReasonAsync(service, 0, cancellation) is null) return false;
        }

        return true;
    }

    /// <summary>Of several replicas one publishes.</summary>
    private static async Task<bool> PublishingWaitsAsync(FaultSystem system, CancellationToken cancellation)
    {
        var service = system.Running.Topology.Service("learning-record");
        for (int replica = 0; replica < service.Ports.Count; replica++)
        {
            if (await Health.ReasonAsync(service, replica, cancellation) is { } reason && reason.Contains("Publishing waits", StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static async Task AllAliveAsync(FaultSystem system, CancellationToken cancellation)
    {
        foreach (var service in system.Services)
        {
            if (!await Health.IsAliveAsync(service, 0, cancellation))
                system.Seen.Add(new(ViolationKind.LeftOver, $"{service.Name} wants to be restarted because the broker is away"));
        }
    }

    /// <summary>The broker is no part of taking a command.</summary>
    private static void AllTaken(FaultSystem system, int before) => system.Seen.AddRange(system.History.Attempts.Skip(before)
        .Where(attempt => attempt.Outcome != Outcome.Ok)
        .Select(attempt => new Violation(ViolationKind.Lost, $"a command was not taken although only the broker was away: {attempt.Answer}")));
}
