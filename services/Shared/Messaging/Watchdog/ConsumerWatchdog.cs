using Microsoft.Extensions.Logging;
using Pathways.EventStore;
using Pathways.Messaging.Broker;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Topology;
using Pathways.WebDefaults.Outbound;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pathways.Messaging.Watchdog;

/// <summary>
/// Looks at the queues from outside the bus: MassTransit has let consumers die while its own health stayed green, and after an
/// outage it waits longer and longer. Queues without a consumer, or publishing that fails, for a while get a new bus; when
/// consumers do not come back even so, the process is no longer alive.
/// </summary>
internal sealed class ConsumerWatchdog(
    MessagingOptions options, MassTransitBroker bus, ConsumerSet consumers, ParkedStreams parked, MessagingStatus status,
    TimeProvider time, ILogger<ConsumerWatchdog> logger) : PeriodicService(Interval, time, logger)
{
    /// <summary>Misses in a row until the bus is started anew.</summary>
    public const int Patience = 3;

    /// <summary>Longer than a dead connection needs to be noticed by its heartbeat: what fails without one gets a new bus.</summary>
    private const int PatienceWithPublishing = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // A time limit alone: the next look is the next try, so nothing counts as failed.
    private readonly Pipelines<bool> _looks = new(time, _ => false);

    private bool _wasAway;
    private int _unpublished;
    private IConnection? _connection;

    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        await LookAsync(cancellation);
        await CountParkedAsync(cancellation);
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            bool missing = await _looks.Of(Dependency.BrokerWatch).ExecuteAsync(async token => await MissesConsumersAsync(token), cancellation);
            status.BrokerWorks();
            status.ConsumersMissing(missing ? status.Misses + 1 : 0);
            _unpublished = status.PublishesInVain ? _unpublished + 1 : 0;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // A broker that is away is not a consumer that died: the bus reconnects by itself.
            status.BrokerFails(e.Message);
            Forget();
            _wasAway = true;
            return;
        }
        bool unconsumed = status.Misses > 0 && (_wasAway || status.Misses % Patience == 0);
        bool unpublished = _unpublished > 0 && _unpublished % PatienceWithPublishing == 0;
        _wasAway = false;
        if (!unconsumed && !unpublished) return;
        Logger.LogError("The broker answers, but queues without a consumer were seen {Misses} times and failing publishing {Unpublished} times in a row: the bus is started anew", status.Misses, _unpublished);
        await bus.RestartAsync();
    }

    private async Task<bool> MissesConsumersAsync(CancellationToken cancellation)
    {
        bool missing = false;
        foreach (var consumer in consumers.All)
        {
            var queue = await FindAsync(consumer.Queue, cancellation);
            missing |= queue is not { ConsumerCount: > 0 } || !bus.Consumes(consumer.Queue);
            status.Waits(consumer.Source, queue?.MessageCount ?? 0);
        }
        var unroutable = await FindAsync(BrokerTopology.UnroutableQueue, cancellation);
        var dead = await FindAsync(BrokerTopology.DeadLettersQueue, cancellation);
        status.SetAside(unroutable?.MessageCount ?? 0, dead?.MessageCount ?? 0);
        return missing;
    }

    /// <summary>Null when there is no such queue.</summary>
    private async Task<QueueDeclareOk?> FindAsync(string queue, CancellationToken cancellation)
    {
        _connection ??= await new ConnectionFactory
        {
            Uri = options.Broker,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"{options.Service} watchdog",
            RequestedConnectionTimeout = Interval,
            ContinuationTimeout = Interval,
            RequestedHeartbeat = 2 * Interval,
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

    private void Forget()
    {
        // A connection that died unnoticed takes half a minute to close: nobody waits for that.
        if (_connection is { } dead) _ = Task.Run(dead.Dispose);
        _connection = null;
    }

    private async Task CountParkedAsync(CancellationToken cancellation)
    {
        try
        {
            status.Parked(await parked.CountStreamsAsync(cancellation));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Logger.LogDebug(e, "Parked streams could not be counted");
        }
    }
}
