using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Archiving;
using Pathways.EventStore.Deadlines;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Following;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Sealing;
using Pathways.EventStore.Subscriptions;

namespace Pathways.EventStore;

public static class EventStoreRegistration
{
    /// <summary>
    /// The event store of a service, on <c>ConnectionStrings:App</c> and <c>ConnectionStrings:Daemon</c>, with its
    /// sealer and the loops of every registered projection and subscription.
    /// </summary>
    public static IServiceCollection AddEventStore(this IServiceCollection services, EventTypes types)
    {
        services.AddSingleton(provider => types
            .With([new(PersonErasure.EventType, typeof(PersonErased))])
            .With(provider.GetServices<StoreContribution>().SelectMany(contribution => contribution.EventTypes)));
        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(DataSources.App, (provider, _) => Source(provider, "App", DataSources.App));
        services.AddKeyedSingleton(DataSources.Groups, (provider, _) => Source(provider, "App", DataSources.Groups));
        services.AddKeyedSingleton(DataSources.Daemon, (provider, _) => Source(provider, "Daemon", DataSources.Daemon));

        services.AddSingleton<GroupConnections>();
        services.AddSingleton<Appender>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<IEventStore, PostgresEventStore>();
        services.AddSingleton<ISealedLog, SealedLog>();
        services.AddSingleton<TenantReader>();
        services.AddSingleton<Snapshots>();
        services.AddSingleton<Archive>();
        services.AddSingleton<ProjectionProgress>();
        services.AddSingleton<ProjectionRebuild>();
        services.AddSingleton<EventStoreStatus>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<CheckpointKey>();
        services.AddSingleton<Checkpoints>();
        services.AddSingleton<HeadsExport>();

        services.AddSingleton<MasterKey>();
        services.AddSingleton<IPersonalData, PersonalData>();
        services.AddSingleton<PersonErasure>();

        services.AddSingleton<SealerWakeUp>();
        services.AddSingleton<LogSignal>();
        services.AddSingleton<Sealer>();
        services.AddHostedService<SealerService>();
        services.AddHostedService<FollowersService>();
        services.AddHostedService<DeadlineService>();
        services.AddHostedService<CheckpointService>();
        return services;
    }

    public static IServiceCollection AddProjection<T>(this IServiceCollection services)
        where T : class, IProjection
        => services.AddSingleton<IProjection, T>();

    public static IServiceCollection AddSubscription<T>(this IServiceCollection services)
        where T : class, ISubscription
        => services.AddSingleton<ISubscription, T>();

    public static IServiceCollection AddDeadlineHandler<T>(this IServiceCollection services)
        where T : class, IDeadlineHandler
        => services.AddSingleton<IDeadlineHandler, T>();

    private static NpgsqlDataSource Source(IServiceProvider provider, string connectionString, string name)
        => DataSources.Build(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(connectionString)
                ?? throw new InvalidOperationException($"ConnectionStrings:{connectionString} is not configured."),
            name);
}
