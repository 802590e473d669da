using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>The way from the exchange to every consumer delivers too often, in the wrong order, or not at all.</summary>
internal static class Relayed
{
    private const int Window = 50;

    private static readonly TimeSpan RepairedWithin = TimeSpan.FromSeconds(30);

    public static Task<FaultReport> ThriceAsync(FaultRun run, CancellationToken cancellation)
        => ThroughAsync(run, window: 1, messages => messages.SelectMany(message => Enumerable.Repeat(message, 3)), cancellation);

    public static Task<FaultReport> ShuffledAsync(FaultRun run, CancellationToken cancellation)
    {
#pragma warning disable CA5394 // The order is to be repeatable, not secret.
        var random = new Random(run.Seed);
        var oldest = new ConcurrentDictionary<string, RelayedMessage>();
        return ThroughAsync(
            run, Window,
            messages =>
            {
                var dealt = messages.ToArray();
                lock (random) random.Shuffle(dealt);
                // The first that ever came to this queue comes again behind all that followed it.
                return [.. dealt, oldest.GetOrAdd(messages[0].Queue, messages[0])];
            },
            cancellation);
#pragma warning restore CA5394
    }

    /// <summary>Of each queue the first message, and later every twentieth, never arrives.</summary>
    public static Task<FaultReport> DroppedAsync(FaultRun run, CancellationToken cancellation)
    {
        var dropped = new ConcurrentQueue<Dropped>();
        var counts = new ConcurrentDictionary<string, int>();
        return UnderLoad.RunAsync(
            run,
            async (system, token) =>
            {
                await using (await Relay.PutInAsync(system.Nodes.BrokerUri, window: 1, messages => messages.Where(message => !Drop(message)), token))
                    await Task.Delay(run.Choose(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)), token);
                foreach (var message in dropped) await RepairedAsync(system, message, token);
                if (dropped.IsEmpty) system.Seen.Add(new(ViolationKind.LeftOver, "no message was dropped: the fault was none"));
            },
            cancellation);

        bool Drop(RelayedMessage message)
        {
            if (counts.AddOrUpdate(message.Queue, 1, (_, count) => count + 1) % 20 != 1) return false;
            dropped.Enqueue(new Dropped(message.Queue.Split(".from.")[0], IncomingEvent.Parse(message.Body), Stopwatch.GetTimestamp()));
            return true;
        }
    }

    private static Task<FaultReport> ThroughAsync(
        FaultRun run, int window, Func<IReadOnlyList<RelayedMessage>, IEnumerable<RelayedMessage>> deal, CancellationToken cancellation)
        => UnderLoad.RunAsync(
            run,
            async (system, token) =>
            {
                int dealt = 0;
                await using (await Relay.PutInAsync(system.Nodes.BrokerUri, window, messages => Count(deal(messages)), token))
                    await Task.Delay(run.Choose(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(120)), token);
                system.Faults = dealt;

                IEnumerable<RelayedMessage> Count(IEnumerable<RelayedMessage> messages)
                {
                    foreach (var message in messages)
                    {
                        Interlocked.Increment(ref dealt);
                        yield return message;
                    }
                }
            },
            cancellation);

    private static async Task RepairedAsync(FaultSystem system, Dropped message, CancellationToken cancellation)
    {
        system.Faults++;
        await using var connection = await system.Nodes.OpenAsync(system.Running.Topology.Service(message.Service).Database, cancellation);
        await using var cursor = new NpgsqlCommand(
            "select coalesce(max(version), 0) from events.cursors where tenant_id = $1 and source = $2 and stream = $3", connection)
        {
            Parameters = { new() { Value = message.Event.Tenant }, new() { Value = message.Event.Source }, new() { Value = message.Event.Stream } },
        };
        while ((long)(await cursor.ExecuteScalarAsync(cancellation))! < message.Event.Version)
        {
            if (Stopwatch.GetElapsedTime(message.At) > RepairedWithin)
            {
                system.Seen.Add(new(ViolationKind.Lost, $"{message.Service} did not fetch {message.Event.Type} of {message.Event.Stream} within {RepairedWithin.TotalSeconds:0} s"));
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    private sealed record Dropped(string Service, IncomingEvent Event, long At);
}
