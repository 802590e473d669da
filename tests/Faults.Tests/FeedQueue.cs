using System.Text;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pathways.Faults;

/// <summary>An institution's queue, opened before anything breaks and read from its first message when all is over: it holds every event of the feed.</summary>
internal static class FeedQueue
{
    public const string Name = $"institution.{WeldingStory.College}";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Beyond the last event that is expected: what nobody has sent would come there.</summary>
    private static readonly TimeSpan ReadsOn = TimeSpan.FromSeconds(1);

    public static async Task OpenAsync(RunningSystem system, CancellationToken cancellation)
    {
        using var college = await DoorClient.OfAsync(system, WeldingStory.College, "feed", cancellation);
        await college.PostAsync("feed/queues", new JsonObject(), cancellation);
    }

    public static async Task<IReadOnlyList<Violation>> WrongAsync(FaultSystem system, IReadOnlyList<SystemLogEntry> log, CancellationToken cancellation)
    {
        // One that the broker has lost is opened again by the service, which looks every few seconds.
        await system.SeesAsync(() => IsThereAsync(system, cancellation), Patience, $"{Name} is there", cancellation);
        if (!await IsThereAsync(system, cancellation)) return [];
        var received = log
            .Where(entry => entry.Type == "public_event_received" && entry.Tenant == WeldingStory.College)
            .OrderBy(entry => entry.Position)
            .Select(entry => ToldIn((string)entry.Data["CloudEvent"]!)).ToList();
        return Violations(received, await ReadAsync(system.Nodes.BrokerUri, received, cancellation));
    }

    /// <summary>Each event at least once, and those of a stream in its order: what comes again has the same id, and is known by it.</summary>
    public static IReadOnlyList<Violation> Violations(IReadOnlyList<Told> received, IReadOnlyList<Told> queued)
    {
        var inQueue = queued.Distinct().ToLookup(told => told.Stream, told => told.Id);
        var inFeed = received.ToLookup(told => told.Stream, told => told.Id);
        return
        [
            .. inFeed.Select(stream => stream.Key).Union(inQueue.Select(stream => stream.Key))
                .SelectMany(stream => Effects.Violations([.. inFeed[stream]], [.. inQueue[stream]]))
                .Select(violation => violation with { Text = $"the queue of {WeldingStory.College}: {violation.Text}" }),
        ];
    }

    private static async Task<bool> IsThereAsync(FaultSystem system, CancellationToken cancellation)
        => (await system.Nodes.QueuesAsync(cancellation)).ContainsKey(Name);

    /// <summary>From the first message on, until all that is expected has come; what has not come in time is missing.</summary>
    private static async Task<IReadOnlyList<Told>> ReadAsync(string broker, IReadOnlyList<Told> expected, CancellationToken cancellation)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.BasicQosAsync(0, 200, global: false, cancellation);
        var seen = new List<Told>();
        var missing = expected.ToHashSet();
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var told = ToldIn(Encoding.UTF8.GetString(delivery.Body.Span));
            lock (seen)
            {
                seen.Add(told);
                missing.Remove(told);
                if (missing.Count == 0) complete.TrySetResult();
            }

            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellation);
        };
        var fromFirst = new Dictionary<string, object?> { ["x-stream-offset"] = "first" };
        await channel.BasicConsumeAsync(Name, autoAck: false, "", noLocal: false, exclusive: false, fromFirst, consumer, cancellation);
        await Task.WhenAny(complete.Task, Task.Delay(Patience, cancellation));
        await Task.Delay(ReadsOn, cancellation);
        lock (seen) return [.. seen];
    }

    private static Told ToldIn(string cloudEvent)
    {
        var told = JsonNode.Parse(cloudEvent)!;
        return new Told($"{told["source"]} {told["subject"]}", (Guid)told["id"]!);
    }

    internal sealed record Told(string Stream, Guid Id);
}
