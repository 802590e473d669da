using System.Text;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pathways.Tests.Story;

/// <summary>An institution reads its own queue, from its first event.</summary>
internal static class InstitutionQueue
{
    /// <summary>With a broker user that the operator makes for it. Returns when <paramref name="count"/> different events have come; a deadline ends the waiting.</summary>
    public static async Task<IReadOnlyList<JsonNode>> ReadAllAsync(RunningSystem system, string tenant, int count, CancellationToken cancellation)
    {
        var user = JsonNode.Parse(await Script.RunAsync("pathways", cancellation, "feed", "user", "create", "--tenant", tenant, "--json", "--data", system.Data.Root))!;
        var factory = new ConnectionFactory { Uri = new Uri($"amqp://{user["user"]}:{user["secret"]}@127.0.0.1:{system.Topology.Rabbit.Amqp}/pathways") };
        await using var connection = await factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.BasicQosAsync(0, 100, global: false, cancellation);

        var seen = new List<JsonNode>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            lock (seen) seen.Add(JsonNode.Parse(Encoding.UTF8.GetString(delivery.Body.Span))!);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellation);
        };
        await channel.BasicConsumeAsync(
            $"institution.{tenant}", autoAck: false, consumerTag: "", noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, consumer, cancellation);
        await Eventually.TrueAsync(() => Count(seen) >= count, TimeSpan.FromSeconds(10), $"{count} events in the queue of {tenant}", cancellation);
        lock (seen) return [.. seen];
    }

    private static int Count(List<JsonNode> seen)
    {
        lock (seen) return seen.Select(cloudEvent => (string?)cloudEvent["id"]).Distinct().Count();
    }
}
