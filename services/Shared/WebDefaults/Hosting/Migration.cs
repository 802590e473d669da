using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Schema;

namespace Pathways.WebDefaults;

/// <summary>Prepares the service's database as its owner: event store, what other rooms keep there, projections, the service's own tables.</summary>
public static class Migration
{
    public static Task RunAsync(WebApplication app, CancellationToken cancellation = default)
    {
        string owner = app.Configuration.GetConnectionString("Owner")
            ?? throw new InvalidOperationException("ConnectionStrings:Owner is needed to migrate.");
        var definition = app.Services.GetRequiredService<ServiceDefinition>();
        var rooms = app.Services.GetServices<StoreContribution>().Select(contribution => contribution.Schema);
        var projections = app.Services.GetServices<IProjection>().Select(projection => projection.Schema);
        return EventStoreMigration.RunAsync(owner, [.. rooms, .. projections, .. definition.Schema], cancellation);
    }
}
