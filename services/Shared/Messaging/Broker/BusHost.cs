using Microsoft.Extensions.Hosting;
using Pathways.Messaging.Consuming;

namespace Pathways.Messaging.Broker;

/// <summary>Starts the bus with this service's consumers, and stops it before the database goes.</summary>
internal sealed class BusHost(MassTransitBroker broker, ConsumerSet consumers) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        broker.Start(consumers.All);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => broker.StopAsync();
}
