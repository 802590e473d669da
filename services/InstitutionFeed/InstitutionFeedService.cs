using Pathways.EventStore;
using Pathways.InstitutionFeed.Publishing;
using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Reading;
using Pathways.InstitutionFeed.Receiving;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.WebDefaults;

namespace Pathways.InstitutionFeed;

/// <summary>What institutions consume: every public event, as CloudEvents, from a queue of their own or over HTTP.</summary>
public static class InstitutionFeedService
{
    public static ServiceDefinition Definition { get; } = new("institution-feed", FeedEvents.Aliases)
    {
        Services = services =>
        {
            services.AddMessaging(messaging => messaging
                .React<FromLearningRecord>()
                .React<FromCredentialIssuance>()
                .React<FromPathwayStacking>()
                .React<FromTransferRecognition>());
            services.AddSubscription<FeedPublisher>();
            services.AddProjection<FeedTable>();
            services.AddSingleton<FeedReader>();
            services.AddSingleton<QueueTable>();
            services.AddSingleton<QueueRepair>();
            services.AddSingleton<QueueOpening>();
            services.AddHostedService<QueueKeeper>();
        },
        Routes = routes =>
        {
            routes.MapFeed();
            routes.MapQueues();
            routes.MapParkedStreams();
        },
        Schema = [QueueTable.Schema],
    };
}
