using System.Net.Sockets;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Topology;
using Pathways.WebDefaults.Outbound;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pathways.Messaging.Feed;

/// <summary>An institution's own queue and how to reach it.</summary>
/// <param name="Broker">AMQP URI without user and password.</param>
public sealed record InstitutionQueue(string Queue, string Exchange, string BindingKey, Uri Broker);

/// <summary>
/// Queues of institutions: RabbitMQ streams, which keep what was read, so that every consumer can begin again at any offset.
/// </summary>
public sealed class InstitutionQueues(MessagingOptions options, TimeProvider time)
{
    private static readonly Dictionary<string, object?> Arguments = new()
    {
        ["x-queue-type"] = "stream",
        // Whole segments are dropped, when all of one is older: a year is kept, and at most 5 GB.
        ["x-max-age"] = "1Y",
        ["x-max-length-bytes"] = 5_000_000_000L,
        ["x-stream-max-segment-size-bytes"] = 50_000_000L,
    };

    private readonly Pipelines<IConnection> _connecting = new(
        time, outcome => outcome.Exception is BrokerUnreachableException or OperationInterruptedException or IOException or SocketException or TimeoutException);

    public InstitutionQueue Describe(string tenant, string queue)
    {
        var address = new UriBuilder(options.Broker) { UserName = "", Password = "" }.Uri;
        return new InstitutionQueue(queue, BrokerTopology.Feed, BrokerTopology.FeedBindingKey(tenant), address);
    }

    public async Task<bool> ExistsAsync(string queue, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        return await ExistsAsync(channel, queue, cancellation);
    }

    /// <summary>Binds a queue that has lost its binding to the live events again. False: the broker does not have the queue.</summary>
    public async Task<bool> RestoreBindingAsync(string tenant, string queue, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        if (!await ExistsAsync(channel, queue, cancellation)) return false;
        await BindAsync(channel, tenant, queue, cancellation);
        return true;
    }

    /// <summary>
    /// Makes the queue anew, fills it with what was before, then binds it to the live events. Only while nobody publishes to
    /// the feed, so that nothing comes twice or between.
    /// </summary>
    /// <param name="alreadyOpen">Asked when no other process can be at it.</param>
    /// <param name="opened">Told while still no other process can be at it: one that is not told yet would begin anew.</param>
    public async Task OpenAsync(
        string tenant, string queue, Func<Task<bool>> alreadyOpen, IAsyncEnumerable<FeedItem> backlog, Func<Task> opened, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        await TakeTurnAsync(connection, queue, cancellation);
        if (await alreadyOpen()) return;
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, cancellation);
        // What an interrupted attempt has left would be in it twice.
        await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments, cancellationToken: cancellation);
        await foreach (var item in backlog.WithCancellation(cancellation))
            await SendAsync(channel, item.ToMessage("", queue, item.TraceParent, mandatory: true), cancellation);
        await BindAsync(channel, tenant, queue, cancellation);
        await opened();
    }

    private static async Task<bool> ExistsAsync(IChannel channel, string queue, CancellationToken cancellation)
    {
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellation);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    private static async Task BindAsync(IChannel channel, string tenant, string queue, CancellationToken cancellation)
    {
        // The broker may have lost what the queue is bound to as well, and whoever publishes waits for the binding.
        await channel.ExchangeDeclareAsync(BrokerTopology.Feed, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.QueueBindAsync(queue, BrokerTopology.Feed, BrokerTopology.FeedBindingKey(tenant), cancellationToken: cancellation);
    }

    /// <summary>
    /// For as long as the connection lives: a second replica is refused (RESOURCE_LOCKED) and comes back later. One that was
    /// stopped has lost its turn together with the connection on which it would go on filling.
    /// </summary>
    private static async Task TakeTurnAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        // Not disposed: the turn ends with the connection, and a closed channel would not end it earlier.
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.QueueDeclareAsync($"{queue}#opening", durable: false, exclusive: true, autoDelete: false, cancellationToken: cancellation);
    }

    private static async Task SendAsync(IChannel channel, OutgoingMessage message, CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            MessageId = message.Id.ToString(),
            ContentType = message.ContentType,
            Persistent = true,
            Headers = message.Headers.ToDictionary(header => header.Key, header => (object?)header.Value),
        };
        await channel.BasicPublishAsync(message.Exchange, message.RoutingKey, message.Mandatory, properties, message.Body, cancellation);
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Broker,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"{options.Service} queues",
            RequestedConnectionTimeout = Dependency.Broker.Attempt,
            // To make or delete a stream takes a loaded broker long; given up, it would begin anew each time.
            ContinuationTimeout = TimeSpan.FromSeconds(20),
        };
        return await _connecting.Of(Dependency.Broker).ExecuteAsync(static async (made, token) => await made.CreateConnectionAsync(token), factory, cancellation);
    }
}
