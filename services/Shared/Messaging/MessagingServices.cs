using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore;
using Pathways.Messaging.Broker;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Peers;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Operating;
using Pathways.Messaging.Watchdog;
using Pathways.Messaging.Wire;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Messaging;

/// <summary>What a service publishes and what it reacts to.</summary>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection _services;
    private readonly List<RegisteredReaction> _reactions = [];

    internal MessagingBuilder(IServiceCollection services) => _services = services;

    internal IReadOnlyList<RegisteredReaction> Reactions => _reactions;

    internal bool Publishes { get; private set; }

    public MessagingBuilder Publish<TTranslation>()
        where TTranslation : class, IPublicTranslation
    {
        Publishes = true;
        _services.AddSingleton<IPublicTranslation, TTranslation>();
        return this;
    }

    /// <param name="laneOf">
    /// Without it, events go one after the other. With it, only those of one key do, and others beside them: the key must be the same for all events of a stream.
    /// </param>
    public MessagingBuilder React<TReaction>(Func<IncomingEvent, string>? laneOf = null)
        where TReaction : class, IReaction
    {
        _services.AddScoped<TReaction>();
        _reactions.Add(new(typeof(TReaction), laneOf));
        return this;
    }
}

public static class MessagingServices
{
    private const string Daemon = "daemon";

    public static IServiceCollection AddMessaging(this IServiceCollection services, Action<MessagingBuilder> configure)
    {
        var builder = new MessagingBuilder(services);
        configure(builder);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new StoreContribution(
            MessagingSchema.Sql, new Dictionary<string, Type> { [MessageSkipped.Alias] = typeof(MessageSkipped), [SourceAccepted.Alias] = typeof(SourceAccepted) }));
        services.AddSingleton(provider => MessagingOptions.From(
            provider.GetRequiredService<ServiceDefinition>().Name, provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<MessagingStatus>();
        services.AddSingleton<MessagingTelemetry>();
        services.AddDependencyHttp();
        services.AddSingleton<ServiceTokens>();
        services.AddSingleton<SourceFeed>();

        services.AddSingleton<PublicStreams>();
        services.AddSingleton(provider => new PublicHeads(Database(provider)));
        services.AddSingleton<ConfirmedPublishing>();
        services.AddSingleton<FeedExchange>();
        services.AddSingleton<InstitutionQueues>();
        if (builder.Publishes) services.AddSubscription<Publisher>();

        services.AddSingleton(new ReactionTypes(builder.Reactions));
        services.AddSingleton(provider => new Cursors(Database(provider)));
        services.AddSingleton(provider => new ParkedStreams(Database(provider)));
        services.AddSingleton(provider => new ComparedHeads(Database(provider)));
        services.AddSingleton<Inbox>();
        services.AddSingleton<ConsumerSet>();
        services.AddSingleton<ParkedOperation>();
        services.AddSingleton<SourceComparison>();
        services.AddSingleton(provider => new SourceEffects(Database(provider)));
        services.AddSingleton<SourceAcceptance>();

        // It logs every attempt with its stack; what fails is told once by us, and by health for as long as it lasts.
        services.AddLogging(logging => logging.AddFilter("MassTransit", LogLevel.Critical));
        services.AddSingleton<MassTransitBroker>();
        services.AddSingleton<IBroker>(provider => provider.GetRequiredService<MassTransitBroker>());
        services.AddHostedService<BusHost>();
        services.AddHostedService<ConsumerWatchdog>();
        services.AddHostedService<CatchUp>();
        services.AddHealthChecks()
            .AddCheck<MessagingHealth>("messaging")
            .AddCheck<ConsumersAlive>("consumers", tags: [ConsumersAlive.Tag]);
        return services;
    }

    private static NpgsqlDataSource Database(IServiceProvider provider) => provider.GetRequiredKeyedService<NpgsqlDataSource>(Daemon);
}
