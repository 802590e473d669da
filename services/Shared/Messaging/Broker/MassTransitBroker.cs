using MassTransit;
using Microsoft.Extensions.Logging;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Topology;

namespace Pathways.Messaging.Broker;

/// <summary>
/// The bus: connects and reconnects by itself, holds one endpoint for each source, publishes with confirms. The service
/// starts and works without a broker; what it has to say waits in its log.
/// </summary>
internal sealed class MassTransitBroker(MessagingOptions options, ILoggerFactory loggers) : IBroker, IAsyncDisposable
{
    /// <summary>Messages that wait in the process. More only makes a redelivery longer.</summary>
    private const int Prefetch = 32;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger<MassTransitBroker>();
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyCollection<Consumer> _consumers = [];
    private IBusControl? _bus;
    private EndpointStates _endpoints = new();

    /// <summary>Returns at once; the connection is made in the background.</summary>
    public void Start(IReadOnlyCollection<Consumer> consumers)
    {
        _consumers = consumers;
        _bus = Create();
        _endpoints = new EndpointStates();
        _bus.ConnectReceiveEndpointObserver(_endpoints);
        _ = ConnectAsync(_bus);
    }

    /// <summary>Whether this process consumes a queue, whatever others do.</summary>
    public bool Consumes(string queue) => _endpoints.Consumes(queue);

    /// <summary>A new bus in place of one whose consumers are gone.</summary>
    public async Task RestartAsync()
    {
        await StopBusAsync(_bus);
        if (!_stopping.IsCancellationRequested) Start(_consumers);
    }

    // On a connection that died unnoticed MassTransit waits for the confirm until the heartbeat fails, whatever token it was
    // given: it is left alone with that, and the caller may try again.
    public Task PublishAsync(OutgoingMessage message, CancellationToken cancellation) => SendAsync(message, cancellation).WaitAsync(cancellation);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await StopBusAsync(_bus);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await StopAsync();
        _stopping.Dispose();
    }

    private async Task SendAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        var bus = _bus ?? throw new InvalidOperationException("The bus has not been started.");
        var endpoint = await bus.GetSendEndpoint(AddressOf(message.Exchange));
        await endpoint.Send(
            new RawMessage(message.Body),
            context =>
            {
                context.Serializer = new RawSerializer(message.ContentType);
                context.MessageId = message.Id;
                context.Durable = true;
                context.GetPayload<RabbitMqSendContext>().Mandatory = message.Mandatory;
                context.SetRoutingKey(message.RoutingKey);
                foreach (var (name, value) in message.Headers) context.Headers.Set(name, value);
            },
            cancellation);
    }

    private IBusControl Create()
    {
        LogContext.ConfigureCurrentLogContext(loggers);
        return MassTransit.Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            var uri = options.Broker;
            string[] user = uri.UserInfo.Split(':', 2);
            bus.Host(uri.Host, (ushort)(uri.Port < 0 ? 5672 : uri.Port), Uri.UnescapeDataString(uri.AbsolutePath[1..]), options.Service, host =>
            {
                host.Username(Uri.UnescapeDataString(user[0]));
                host.Password(Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? ""));
                host.PublisherConfirmation = true;
                host.Heartbeat(TimeSpan.FromSeconds(10));
                host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
                host.ContinuationTimeout(TimeSpan.FromSeconds(10));
            });
            foreach (var consumer in _consumers) bus.ReceiveEndpoint(consumer.Queue, endpoint => Configure(endpoint, consumer));
        });
    }

    /// <summary>Exactly what the definitions declare: a difference would make the broker refuse the endpoint.</summary>
    private void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, Consumer consumer)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        // What belongs together goes one after the other in its lane; most reactions have one lane only.
        endpoint.ConcurrentMessageLimit = consumer.Width;
        endpoint.PrefetchCount = Prefetch;
        endpoint.SetQuorumQueue();
        foreach (var (name, value) in BrokerTopology.ConsumerQueueArguments) endpoint.SetQueueArgument(name, value);
        endpoint.Bind(BrokerTopology.Events, binding =>
        {
            binding.ExchangeType = "topic";
            binding.RoutingKey = BrokerTopology.BindingKey(consumer.Source);
            foreach (var (name, value) in BrokerTopology.EventsArguments) binding.SetExchangeArgument(name, value);
        });
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(new ReceiveFilter(consumer, _stopping.Token)));
    }

    private async Task ConnectAsync(IBusControl bus)
    {
        try
        {
            await bus.StartAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _logger.LogDebug("Stopped before the broker was reached");
        }
        catch (Exception e)
        {
            // The watchdog sees that nobody consumes and starts a new bus.
            _logger.LogError(e, "The bus could not be started");
        }
    }

    private async Task StopBusAsync(IBusControl? bus)
    {
        if (bus is null) return;
        try
        {
            using var timeout = new CancellationTokenSource(StopTimeout);
            await bus.StopAsync(timeout.Token);
        }
        catch (Exception e)
        {
            _logger.LogWarning(e, "The bus did not stop in time");
        }
    }

    private static Uri AddressOf(string exchange) => exchange switch
    {
        BrokerTopology.Events => new Uri($"exchange:{exchange}?type=topic&alternateexchange={BrokerTopology.Unroutable}"),
        BrokerTopology.Feed => new Uri($"exchange:{exchange}?type=topic"),
        _ => new Uri($"exchange:{exchange}"),
    };
}
