using Pathways.EventStore;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.TransferRecognition.Agreements;
using Pathways.TransferRecognition.Domain;
using Pathways.TransferRecognition.Importing;
using Pathways.TransferRecognition.KnownCredentials;
using Pathways.TransferRecognition.Messaging;
using Pathways.TransferRecognition.Recognising;
using Pathways.WebDefaults;

namespace Pathways.TransferRecognition;

/// <summary>The service, as a whole; tests host the same.</summary>
public static class TransferRecognitionService
{
    public static ServiceDefinition Definition { get; } = new("transfer-recognition", RecognitionEventTypes.Aliases)
    {
        Services = services =>
        {
            services.AddSingleton<AgreementBook>();
            services.AddSingleton<KnownCredentialBook>();
            services.AddSingleton<RecognitionBook>();
            services.AddSingleton<CircumstancesReader>();
            services.AddSubscription<FollowUp>();
            services.AddMessaging(messaging => messaging
                .Publish<RecognitionTranslation>()
                .React<CredentialReaction>());
        },
        Routes = routes =>
        {
            routes.MapAgreements();
            routes.MapRecognitions();
            routes.MapImports();
            routes.MapPublicEvents();
            routes.MapParkedStreams();
        },
        Schema = [AgreementBook.Schema, KnownCredentialBook.Schema, RecognitionBook.Schema],
    };
}
