using Pathways.CredentialIssuance.Api;
using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Expiring;
using Pathways.CredentialIssuance.LearnerRecords;
using Pathways.CredentialIssuance.Messaging;
using Pathways.CredentialIssuance.Projections;
using Pathways.CredentialIssuance.Signing;
using Pathways.CredentialIssuance.Statuses;
using Pathways.CredentialIssuance.Verifying;
using Pathways.EventStore;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;

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
            services.AddSingleton<StatusEntries>();
            services.AddSingleton<StatusListSigner>();
            services.AddSingleton<PublishedStatusLists>();
            services.AddSingleton<GuardedFetch>();
            services.AddSingleton<OwnKeys>();
            services.AddSingleton<VerificationDesk>();
            services.AddSingleton<CredentialSigner>();
            services.AddSingleton<AwardRules>();
            services.AddSingleton<AwardEvidence>();
            services.AddSingleton<AwardProcess>();
            services.AddProjection<AchievementList>();
            services.AddProjection<CredentialList>();
            services.AddProjection<StatusLists>();
            services.AddSubscription<LearnerRecordIssuing>();
            services.AddHostedService<ExpiryClock>();
            services.AddHostedService<SigningWarmUp>();
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
            routes.MapPublicCredentials();
            routes.MapVerify();
            routes.MapPublicEvents();
            routes.MapParkedStreams();
        },
        Schema = [IssuerKeys.Schema, AwardRules.Schema, AwardEvidence.Schema, StatusEntries.Schema, PublishedStatusLists.Schema],
    };
}
