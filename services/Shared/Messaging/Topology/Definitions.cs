using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.Messaging.Topology;

/// <summary>The topology in RabbitMQ's definitions format, for <c>deploy/rabbitmq/definitions.json</c>.</summary>
public static class Definitions
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        // The file is no part of a page; regular expressions shall stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string ToJson()
    {
        var queues = BrokerTopology.Consumers
            .SelectMany(consumer => consumer.Value.Select(source => (Queue: BrokerTopology.QueueName(consumer.Key, source), Source: source)))
            .ToList();
        var definitions = new JsonObject
        {
            ["permissions"] = new JsonArray([.. BrokerPermissions.All.Select(Permission)]),
            ["topic_permissions"] = new JsonArray([.. BrokerPermissions.All.Select(TopicPermission)]),
            ["policies"] = new JsonArray(),
            ["exchanges"] = new JsonArray([
                Exchange(BrokerTopology.Events, "topic", BrokerTopology.EventsArguments),
                Exchange(BrokerTopology.Unroutable, "fanout"),
                Exchange(BrokerTopology.Dead, "fanout"),
                Exchange(BrokerTopology.Feed, "topic"),
                .. queues.Select(queue => Exchange(queue.Queue, "fanout")),
            ]),
            ["queues"] = new JsonArray([
                Queue(BrokerTopology.UnroutableQueue, new Dictionary<string, object> { ["x-queue-type"] = "quorum" }),
                Queue(BrokerTopology.DeadLettersQueue, new Dictionary<string, object> { ["x-queue-type"] = "quorum" }),
                .. queues.Select(queue => Queue(queue.Queue, BrokerTopology.ConsumerQueueArguments)),
            ]),
            ["bindings"] = new JsonArray([
                Binding(BrokerTopology.Unroutable, BrokerTopology.UnroutableQueue, "queue", ""),
                Binding(BrokerTopology.Dead, BrokerTopology.DeadLettersQueue, "queue", ""),
                .. queues.SelectMany(queue => new[]
                {
                    Binding(BrokerTopology.Events, queue.Queue, "exchange", BrokerTopology.BindingKey(queue.Source)),
                    Binding(queue.Queue, queue.Queue, "queue", ""),
                }),
            ]),
        };
        return definitions.ToJsonString(Json) + "\n";
    }

    private static JsonObject Permission(BrokerPermissions user) => new()
    {
        ["user"] = user.Service,
        ["configure"] = user.Configure,
        ["write"] = user.Write,
        ["read"] = user.Read,
    };

    private static JsonObject TopicPermission(BrokerPermissions user) => new()
    {
        ["user"] = user.Service,
        ["exchange"] = BrokerTopology.Events,
        ["write"] = user.Topics,
        ["read"] = ".*",
    };

    private static JsonObject Exchange(string name, string type, IReadOnlyDictionary<string, object>? arguments = null) => new()
    {
        ["name"] = name,
        ["type"] = type,
        ["durable"] = true,
        ["auto_delete"] = false,
        ["internal"] = false,
        ["arguments"] = Arguments(arguments),
    };

    private static JsonObject Queue(string name, IReadOnlyDictionary<string, object> arguments) => new()
    {
        ["name"] = name,
        ["durable"] = true,
        ["auto_delete"] = false,
        ["arguments"] = Arguments(arguments),
    };

    private static JsonObject Binding(string source, string destination, string kind, string routingKey) => new()
    {
        ["source"] = source,
        ["destination"] = destination,
        ["destination_type"] = kind,
        ["routing_key"] = routingKey,
        ["arguments"] = new JsonObject(),
    };

    private static JsonObject Arguments(IReadOnlyDictionary<string, object>? arguments)
        => new((arguments ?? new Dictionary<string, object>()).Select(pair => KeyValuePair.Create(pair.Key, JsonSerializer.SerializeToNode(pair.Value))));
}
