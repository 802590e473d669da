using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pathways.Messaging.Broker;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Topology;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pathways.Messaging.Watchdog;

/// <summary>
/// Looks at the queues from outside the bus: MassTransit has let consumers die while its own health stayed green. A queue
/// without a consumer three times in a row gets a new bus; when that does not help, the process is no longer alive.
/// </summary>
internal sealed class ConsumerWatchdog(
    MessagingOptions options, MassTransitBroker bus, ConsumerSet consumers, ParkedStreams parked, MessagingStatus status,
    TimeProvider time, ILogger<ConsumerWatchdog> logger) : BackgroundService
{
    /// <summary>Misses in a row until the bus is started anew.</summary>
    public const int Patience = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private IConnection? _connection;

    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
                await CountParkedAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The watchdog stops");
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            bool missing = false;
            foreach (var consumer in consumers.All)
            {
                var queue = await FindAsync(consumer.Queue, cancellation);
                missing |= queue is not { ConsumerCount: > 0 };
                status.Waits(consumer.Source, queue?.MessageCount ?? 0);
            }
            var unroutable = await FindAsync(BrokerTopology.UnroutableQueue, cancellation);
            var dead = await FindAsync(BrokerTopology.DeadLettersQueue, cancellation);
            status.BrokerFails(null);
            status.SetAside(unroutable?.MessageCount ?? 0, dead?.MessageCount ?? 0);
            status.ConsumersMissing(missing ? status.Misses + 1 : 0);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // A broker that is away is not a consumer that died: the bus reconnects by itself.
            status.BrokerFails(e.Message);
            _connection?.Dispose();
            _connection = null;
            return;
        }
        if (status.Misses > 0 && status.Misses % Patience == 0)
        {
            logger.LogError("A queue has had no consumer {Misses} times in a row: the bus is started anew", status.Misses);
            await bus.RestartAsync();
        }
    }

    /// <summary>Null when there is no such queue.</summary>
    private async Task<QueueDeclareOk?> FindAsync(string queue, CancellationToken cancellation)
    {
        _connection ??= await new ConnectionFactory
        {
            Uri = options.Broker,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"{options.Service} watchdog",
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        }.CreateConnectionAsync(cancellation);
        // A passive declaration of a queue that is missing closes its channel.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            return await channel.QueueDeclarePassiveAsync(queue, cancellation);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    private async Task CountParkedAsync(CancellationToken cancellation)
    {
        try
        {
            status.Parked(await parked.CountStreamsAsync(cancellation));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            logger.LogDebug(e, "Parked streams could not be counted");
        }
    }
}
