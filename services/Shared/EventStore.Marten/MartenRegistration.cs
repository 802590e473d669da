using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pathways.EventStore.Marten;

public static class MartenRegistration
{
    /// <summary>
    /// The port over the Marten package, in place of our own writer and reader of streams. What follows (sealing, projections,
    /// subscriptions, integrity, erasure) stays as it is: it follows the log, whoever has appended.
    /// </summary>
    public static IServiceCollection UseMarten(this IServiceCollection services)
    {
        services.AddSingleton<MartenStore>();
        services.Replace(ServiceDescriptor.Singleton<IEventStore, MartenEventStore>());
        return services;
    }
}
