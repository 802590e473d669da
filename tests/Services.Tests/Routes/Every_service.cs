using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.Access;
using Pathways.CredentialIssuance;
using Pathways.EventStore;
using Pathways.InstitutionFeed;
using Pathways.LearningRecord;
using Pathways.PathwayStacking;
using Pathways.Tests.Support;
using Pathways.TransferRecognition;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Services.Tests.Routes;

/// <summary>What holds for every route of every service, generated from the routes themselves.</summary>
public sealed class Every_service(TestServers servers)
{
    private static readonly Dictionary<string, ServiceDefinition> Definitions = new[]
    {
        AccessService.Definition, LearningRecordService.Definition, CredentialIssuanceService.Definition, StackingService.Definition,
        TransferRecognitionService.Definition, InstitutionFeedService.Definition,
    }.ToDictionary(definition => definition.Name);

    // xAPI refuses a request without it before anything else; nobody else minds.
    private static readonly (string, string) XapiVersion = ("X-Experience-API-Version", "2.0.0");

    public static TheoryData<string> Names => [.. Definitions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Denies_by_default_reads_strictly_and_documents_itself(string name)
    {
        var watched = new WatchedQuery();
        // No broker: routes answer whether there is one or not.
        await using var service = await ServiceUnderTest.StartAsync(servers, Definitions[name], new Dictionary<string, string?>
        {
            ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/",
            ["Access:Url"] = "http://127.0.0.1:9",
            ["Logging:LogLevel:Default"] = "None",
        }, services => services.AddSingleton<IStartupFilter>(watched));
        Assert.Empty(await RouteChecks.AuthorizationAsync(service, XapiVersion));
        Assert.Empty(await RouteChecks.UnknownMembersAsync(service, XapiVersion));
        Assert.Empty(await RouteChecks.TypeNamesAsync(service, XapiVersion));
        Assert.Empty(await RouteChecks.UndocumentedAsync(service));
        Assert.Empty(await RouteChecks.UndeclaredParametersAsync(service, watched, XapiVersion));
        Assert.NotEmpty(watched.Read);
        Assert.Empty(await RouteChecks.UnknownParametersAsync(service, XapiVersion));
        Assert.Empty(await TablesAsync(service, "not (c.relrowsecurity and c.relforcerowsecurity)"));
        Assert.Contains("events.mt_events", await TablesAsync(service, "c.relrowsecurity and c.relforcerowsecurity"));
    }

    /// <summary>Those with a tenant in them, wherever they lie.</summary>
    private static async Task<IReadOnlyList<string>> TablesAsync(ServiceUnderTest service, string that)
    {
        await using var command = service.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Daemon).CreateCommand($"""
            select format('%s.%s', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and {that}
              and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('tenant_id', 'tenant'))
            """);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) tables.Add(row.GetString(0));
        return tables;
    }
}
