using Polly;

namespace Pathways.WebDefaults.Outbound;

/// <summary>
/// Somebody beyond this process, and what a call may cost. They are all here, so that they can be held against each other; the room's
/// README has them as a table. <see cref="Pipelines{T}"/> makes of it what calls go through.
/// </summary>
/// <param name="Name">Whom it is about. Equal ones share a circuit, within one <see cref="Pipelines{T}"/>.</param>
/// <param name="Attempt">For one try.</param>
/// <param name="Total">For all tries, and the pauses between them.</param>
/// <param name="Retries">After the first try, of what may be repeated.</param>
public sealed record Dependency(string Name, TimeSpan Attempt, TimeSpan Total, int Retries)
{
    /// <summary>As many are remembered at most; then one is forgotten, and whether it was left alone.</summary>
    public const int MostPipelines = 1000;

    /// <summary>A call sets it to false that could have its effect twice: it is tried once.</summary>
    internal static readonly ResiliencePropertyKey<bool> MayRepeat = new("pathways.may-repeat");

    /// <summary>How long whom was called asks to wait before the next try; it takes the place of the pause.</summary>
    internal static readonly ResiliencePropertyKey<TimeSpan?> Wait = new("pathways.wait");

    /// <summary>The caller's own token: cancelled, the caller hung up; else what cut a try off was the end of the time for all of them.</summary>
    internal static readonly ResiliencePropertyKey<CancellationToken> Caller = new("pathways.caller");

    /// <summary>About the first pause; they double, with jitter, so that those who failed together do not come back together.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Null where each call is the trial that would close it.</summary>
    public Circuit? Circuit { get; init; } = new(Calls: 10, Within: Seconds(30), Open: Seconds(5));

    /// <summary>Its keys, tokens, and what it says of clients. Requests wait for these, so it is short, and soon tried again.</summary>
    public static Dependency Access { get; } = new("access", Seconds(3), Seconds(8), Retries: 2) { Circuit = new(Calls: 5, Within: Seconds(30), Open: Seconds(2)) };

    /// <summary>RabbitMQ's management HTTP API.</summary>
    public static Dependency BrokerManagement { get; } = new("rabbitmq-management", Seconds(5), Seconds(20), Retries: 3);

    /// <summary>A connection to RabbitMQ for managing queues.</summary>
    public static Dependency Broker { get; } = new("rabbitmq", Seconds(5), Seconds(15), Retries: 2) { Circuit = new(Calls: 5, Within: Seconds(30), Open: Seconds(5)) };

    /// <summary>A look at RabbitMQ's queues. The next one comes by itself, and must see at once that the broker is back.</summary>
    public static Dependency BrokerWatch { get; } = new("rabbitmq-watch", Seconds(10), Seconds(10), Retries: 0) { Circuit = null };

    /// <summary>One of our services, by its name.</summary>
    public static Dependency Peer(string service) => new(service, Seconds(5), Seconds(20), Retries: 3);

    /// <summary>Another institution's record store.</summary>
    public static Dependency RecordStore(Guid connection) => new($"record-store {connection:D}", Seconds(10), Seconds(15), Retries: 2);

    /// <summary>A site that a stranger named. A try leaves time for another only when it failed quickly.</summary>
    public static Dependency Site(string host, TimeSpan total) => new($"site {host}", 0.8 * total, total, Retries: 1);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}

/// <summary>When half of at least so many calls within a time have failed, nobody is called for a while; then one call tries.</summary>
public sealed record Circuit(int Calls, TimeSpan Within, TimeSpan Open);
