namespace Pathways.Messaging.Topology;

/// <summary>
/// What a service's broker user may do: declare, fill and read its own queues, and publish under its own name. None can read
/// another's queue, or say something in another's name.
/// </summary>
/// <param name="Topics">Routing keys that it may publish with to the exchange of public events.</param>
internal sealed record BrokerPermissions(string Service, string Configure, string Write, string Read, string Topics)
{
    private const string Nothing = "^$";

    public static IReadOnlyList<BrokerPermissions> All { get; } =
    [
        // It makes the institutions' users by the management API, and has no part in messaging itself.
        new("access", Nothing, Nothing, Nothing, Nothing),
        Of("credential-issuance"),
        // It also makes and fills institutions' queues, through the default exchange.
        Of("institution-feed", own: @"|pathways\.feed|institution\..+", write: @"|amq\.default"),
        Of("learning-record"),
        Of("pathway-stacking"),
        Of("transfer-recognition"),
    ];

    // Declaring an exchange with an alternate, or a queue with a dead-letter exchange, needs the right to write to those.
    private static BrokerPermissions Of(string service, string own = "", string write = "") => new(
        service,
        $@"^(pathways\.(events|dead)|{service}\.from\..+{own})$",
        $@"^(pathways\.(events|unroutable|dead)|{service}\.from\..+{own}{write})$",
        $@"^(pathways\.events|{service}\.from\..+{own})$",
        $@"^{service}\.");
}
