using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.Messaging.Broker;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Topology;

namespace Pathways.Services.Tests.InstitutionFeed;

/// <summary>The real broker; a test does something right before a message of the feed reaches it.</summary>
internal sealed class WatchedBroker
{
    public Func<Task> BeforeEach { get; set; } = () => Task.CompletedTask;

    public void Watch(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IBroker)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton<IBroker>(provider => new Watched((IBroker)real(provider), this)));
    }

    private sealed class Watched(IBroker real, WatchedBroker watch) : IBroker
    {
        public async Task PublishAsync(OutgoingMessage message, CancellationToken cancellation)
        {
            if (message.Exchange == BrokerTopology.Feed) await watch.BeforeEach();
            await real.PublishAsync(message, cancellation);
        }
    }
}
