using System.Text.Json.Nodes;
using Pathways.Contracts;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;

namespace Pathways.Shared.Tests.Contracts;

/// <summary>The AsyncAPI 3.0 document: every public event, its exchange, its routing key, and what institutions receive.</summary>
internal static class AsyncApi
{
    public static JsonObject Document()
    {
        var events = PublicEvents.All.OrderBy(type => PublicEvents.NameOf(type).Type, StringComparer.Ordinal).ToList();
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Pathways public events",
                ["version"] = "1.0.0",
                ["description"] = "Delivered at least once; ordered within a subject (the stream). Receivers drop what is not after their last sequence of the subject.",
            },
            ["defaultContentType"] = CloudEvent.MediaType,
            ["channels"] = new JsonObject(
            [
                .. events.Select(type => KeyValuePair.Create<string, JsonNode?>(type.Name, Channel(type))),
                KeyValuePair.Create<string, JsonNode?>("InstitutionQueue", InstitutionQueue(events)),
            ]),
            ["operations"] = new JsonObject(
            [
                .. events.Select(type => KeyValuePair.Create<string, JsonNode?>($"publish{type.Name}", Operation("send", type.Name, PublicEvents.NameOf(type).Source))),
                .. BrokerTopology.Consumers.OrderBy(consumer => consumer.Key, StringComparer.Ordinal).SelectMany(consumer => events
                    .Where(type => consumer.Value.Contains(PublicEvents.NameOf(type).Source))
                    .Select(type => KeyValuePair.Create<string, JsonNode?>(
                        $"{consumer.Key}.receive{type.Name}",
                        Operation("receive", type.Name, BrokerTopology.QueueName(consumer.Key, PublicEvents.NameOf(type).Source))))),
                KeyValuePair.Create<string, JsonNode?>("receiveFromInstitutionQueue", Operation("receive", "InstitutionQueue", "institutions")),
            ]),
            ["components"] = new JsonObject
            {
                ["messages"] = new JsonObject(events.Select(type => KeyValuePair.Create<string, JsonNode?>(type.Name, Message(type)))),
            },
        };
    }

    private static JsonObject Channel(Type type) => new()
    {
        ["address"] = BrokerTopology.RoutingKey(PublicEvents.NameOf(type)),
        ["messages"] = new JsonObject { [type.Name] = Reference($"#/components/messages/{type.Name}") },
        ["bindings"] = new JsonObject { ["amqp"] = RoutingKeyOn(BrokerTopology.Events) },
    };

    private static JsonObject InstitutionQueue(IEnumerable<Type> events) => new()
    {
        ["address"] = "institution.{tenant}",
        ["description"] = "A RabbitMQ stream: consume with x-stream-offset first, next, an offset or a time. Opened by POST /feed/queues.",
        ["parameters"] = new JsonObject { ["tenant"] = new JsonObject { ["description"] = "The institution." } },
        ["messages"] = new JsonObject(events.Select(type => KeyValuePair.Create<string, JsonNode?>(type.Name, Reference($"#/components/messages/{type.Name}")))),
        ["bindings"] = new JsonObject
        {
            ["amqp"] = new JsonObject { ["is"] = "queue", ["queue"] = new JsonObject { ["name"] = "institution.{tenant}", ["durable"] = true, ["exclusive"] = false, ["autoDelete"] = false } },
        },
    };

    private static JsonObject Message(Type type) => new()
    {
        ["name"] = PublicEvents.NameOf(type).Type,
        ["contentType"] = CloudEvent.MediaType,
        ["payload"] = new JsonObject
        {
            ["allOf"] = new JsonArray(
                Reference("../schemas/cloudevent.json"),
                new JsonObject
                {
                    ["properties"] = new JsonObject
                    {
                        ["type"] = new JsonObject { ["const"] = PublicEvents.NameOf(type).Type },
                        ["data"] = Reference($"../schemas/{PublicEvents.NameOf(type).Type}.json"),
                    },
                }),
        },
    };

    private static JsonObject Operation(string action, string channel, string by) => new()
    {
        ["action"] = action,
        ["channel"] = Reference($"#/channels/{channel}"),
        ["summary"] = $"{(action == "send" ? "Published by" : "Received by")} {by}.",
    };

    private static JsonObject RoutingKeyOn(string exchange) => new()
    {
        ["is"] = "routingKey",
        ["exchange"] = new JsonObject { ["name"] = exchange, ["type"] = "topic", ["durable"] = true, ["autoDelete"] = false },
    };

    private static JsonObject Reference(string target) => new() { ["$ref"] = target };
}
