using Pathways.Contracts;

namespace Pathways.Messaging.Topology;

/// <summary>
/// The names and shapes of exchanges and queues. <c>deploy/rabbitmq/definitions.json</c> declares them before any service
/// starts, so that nothing is published into the void; a test holds the two in step.
/// </summary>
public static class BrokerTopology
{
    /// <summary>Public events, by <see cref="RoutingKey"/>.</summary>
    public const string Events = "pathways.events";

    /// <summary>Where a public event goes that no queue is bound for; its queue is watched.</summary>
    public const string Unroutable = "pathways.unroutable";

    public const string UnroutableQueue = "unroutable";

    /// <summary>What a consumer could not even park.</summary>
    public const string Dead = "pathways.dead";

    public const string DeadLettersQueue = "dead-letters";

    /// <summary>What institutions bind their queues to, by <see cref="FeedRoutingKey"/>.</summary>
    public const string Feed = "pathways.feed";

    /// <summary>After that many deliveries without an acknowledgement a message is dead, so that one that kills its consumer can't do so for ever.</summary>
    public const int DeliveryLimit = 50;

    /// <summary>Which service takes whose events.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Consumers { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["credential-issuance"] = ["learning-record", "pathway-stacking"],
        ["pathway-stacking"] = ["credential-issuance", "transfer-recognition"],
        ["transfer-recognition"] = ["credential-issuance"],
        ["institution-feed"] = ["credential-issuance", "learning-record", "pathway-stacking", "transfer-recognition"],
    };

    public static string QueueName(string service, string source) => $"{service}.from.{source}";

    public static string RoutingKey(PublicEventAttribute name) => $"{name.Source}.{name.Name}.v{name.Version}";

    /// <summary>All of a source, known to this build or not.</summary>
    public static string BindingKey(string source) => $"{source}.#";

    /// <param name="type">The CloudEvents type, <c>pathways.source.name.v1</c>; it may be unknown to this build.</param>
    public static string FeedRoutingKey(string tenant, string type)
        => $"{tenant}.{(type.StartsWith("pathways.", StringComparison.Ordinal) ? type["pathways.".Length..] : type)}";

    public static string FeedBindingKey(string tenant) => $"{tenant}.#";

    /// <summary>An institution's queue, or its broker user. Its first has no name.</summary>
    public static string OfInstitution(string tenant, string name) => name.Length == 0 ? $"institution.{tenant}" : $"institution.{tenant}.{name}";

    /// <summary>All that <see cref="OfInstitution"/> names for one institution, as RabbitMQ's permissions put it. A tenant's name has no dot, so it is nobody else's beginning.</summary>
    public static string AllOfInstitution(string tenant) => $@"^institution\.{tenant}(\.[a-z0-9-]+)?$";

    internal static IReadOnlyDictionary<string, object> EventsArguments { get; } = new Dictionary<string, object>
    {
        ["alternate-exchange"] = Unroutable,
    };

    /// <summary>Quorum: confirmed means on disk. Single active consumer: order survives a second replica.</summary>
    internal static IReadOnlyDictionary<string, object> ConsumerQueueArguments { get; } = new Dictionary<string, object>
    {
        ["x-queue-type"] = "quorum",
        ["x-single-active-consumer"] = true,
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = Dead,
    };
}
