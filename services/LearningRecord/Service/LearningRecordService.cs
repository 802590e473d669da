using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Attesting;
using Pathways.LearningRecord.Caliper;
using Pathways.LearningRecord.Connecting;
using Pathways.LearningRecord.Cmi5;
using Pathways.LearningRecord.Credentials;
using Pathways.LearningRecord.Deleting;
using Pathways.LearningRecord.Documents;
using Pathways.LearningRecord.Importing;
using Pathways.LearningRecord.Live;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Messaging;
using Pathways.LearningRecord.Portfolio;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.Messaging;
using Pathways.Messaging.Operating;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;

namespace Pathways.LearningRecord;

/// <summary>The record of what learners did: an xAPI record store that publishes what was achieved.</summary>
public static class LearningRecordService
{
    public static ServiceDefinition Definition { get; } = new("learning-record", RecordEvents.Aliases)
    {
        Services = services =>
        {
            services.AddMessaging(messaging => messaging.Publish<RecordTranslation>());
            services.AddSingleton<XapiSettings>();
            // Before the protocol: what a browser asks first names no version.
            services.AddSingleton<IStartupFilter, BrowserAccess>();
            services.AddSingleton<IStartupFilter, XapiProtocol>();
            services.AddSingleton<StoredClock>();
            services.AddSingleton<Pseudonyms>();
            services.AddSingleton<StatementTable>();
            services.AddSingleton<SharedKeys>();
            services.AddSingleton<BatchWriter>();
            services.AddSingleton<Recorder>();
            services.AddSingleton<StatementIntake>();
            services.AddSingleton<Cmi5Courses>();
            services.AddSingleton<Cmi5Table>();
            services.AddSingleton<Cmi5Registrations>();
            services.AddSingleton<Cmi5Sessions>();
            services.AddSingleton<IPersonalTraces, RecordTraces>();
            services.AddSingleton<CurrentMapping>();
            services.AddSingleton<StatementDeletion>();
            services.AddHostedService<RetentionService>();
            services.AddStoreConnections();
            services.AddSingleton<AttestationTable>();
            services.AddSingleton<EvidenceTable>();
            services.AddSingleton<IPersonalTraces, EvidenceTraces>();
            services.AddSingleton<AttachmentTable>();
            services.AddSingleton<DocumentTable>();
            services.AddSingleton<DocumentStore>();
            services.AddSingleton<XapiCallers>();
            services.AddSingleton<ClientChanges>();
            services.AddHostedService(provider => provider.GetRequiredService<ClientChanges>());
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>>(provider => new BasicCredentials(
                provider.GetRequiredService<DependencyHttp>(),
                provider.GetRequiredService<IConfiguration>(),
                provider.GetRequiredService<ClientChanges>(),
                provider.GetRequiredService<Cmi5Sessions>(),
                provider.GetRequiredService<TimeProvider>()));
        },
        Routes = routes =>
        {
            StoreStatements.Map(routes);
            FindStatements.Map(routes);
            Api.Documents.Map(routes);
            Activities.Map(routes);
            Agents.Map(routes);
            About.Map(routes);
            Learners.Map(routes);
            Api.Mapping.Map(routes);
            Deletions.Map(routes);
            LiveStatements.Map(routes);
            ImportRoutes.Map(routes);
            CaliperRoutes.Map(routes);
            ConnectionRoutes.Map(routes);
            AttestationRoutes.Map(routes);
            EvidenceRoutes.Map(routes);
            Cmi5Routes.Map(routes);
            routes.MapPublicEvents();
            routes.MapParkedStreams();
        },
        Schema = [LearningRecordSchema.Sql, ConnectionSchema.Sql, EvidenceTable.Schema, Cmi5Table.Schema],
    };
}
