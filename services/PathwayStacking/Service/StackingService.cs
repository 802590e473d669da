using Microsoft.AspNetCore.Http.Json;
using Pathways.EventStore;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.PathwayStacking.Api;
using Pathways.PathwayStacking.Domain;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Messaging;
using Pathways.PathwayStacking.Pathways;
using Pathways.PathwayStacking.Projections;
using Pathways.PathwayStacking.Stacks;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking;

/// <summary>What this service is; tests host the same.</summary>
public static class StackingService
{
    public static ServiceDefinition Definition => new("pathway-stacking", StackingEvents.Types)
    {
        Services = services =>
        {
            services.Configure<JsonOptions>(json => json.SerializerOptions.Converters.Insert(0, VerdictNames.Converter));
            services.AddSingleton<PathwayLibrary>();
            services.AddSingleton<StackKeeper>();
            services.AddDeadlineHandler<StackExpiry>();
            services.AddProjection<PathwayList>();
            services.AddProjection<StackList>();
            services.AddMessaging(messaging => messaging
                .Publish<StackingTranslation>()
                .React<IssuanceReaction>(IssuanceReaction.LearnerOf)
                .React<RecognitionReaction>(RecognitionReaction.LearnerOf));
        },
        Routes = routes =>
        {
            routes.MapImporting();
            routes.MapPathways();
            routes.MapEnrolling();
            routes.MapStacks();
            routes.MapIntervening();
            routes.MapSupposing();
            routes.MapVersions();
            routes.MapPublicEvents();
            routes.MapParkedStreams();
        },
        Schema = [PathwayDocuments.Schema],
    };
}
