using Pathways.CredentialIssuance.Api;
using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Expiring;
using Pathways.CredentialIssuance.Messaging;
using Pathways.CredentialIssuance.Projections;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance;

/// <summary>The service, as a whole.</summary>
public static class CredentialIssuanceService
{
    public static ServiceDefinition Definition { get; } = new("credential-issuance", CredentialEvents.Aliases)
    {
        Services = services =>
        {
            services.AddSingleton<Addresses>();
            services.AddSingleton<IssuerKeys>();
            services.AddSingleton<OwnKeys>();
            services.AddSingleton<CredentialSigner>();
            services.AddSingleton<AwardRules>();
            services.AddSingleton<AwardEvidence>();
            services.AddSingleton<AwardProcess>();
            services.AddProjection<AchievementList>();
            services.AddProjection<CredentialList>();
            services.AddHostedService<ExpiryClock>();
            services.AddMessaging(messaging => messaging
                .Publish<CredentialTranslation>()
                .React<LearningRecordReaction>()
                .React<PathwayStackingReaction>());
        },
        Routes = routes =>
        {
            routes.MapIssuers();
            routes.MapAchievements();
            routes.MapCredentials();
            routes.MapPublic();
            routes.MapVerify();
            routes.MapPublicEvents();
            routes.MapParkedStreams();
        },
        Schema = [IssuerKeys.Schema, AwardRules.Schema, AwardEvidence.Schema],
    };
}
