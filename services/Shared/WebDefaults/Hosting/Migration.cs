using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore.Projections;

namespace Pathways.WebDefaults;

/// <summary>Prepares the service's database as its owner: event store, projections, the service's own tables.</summary>
internal static class Migration
{
    public static Task RunAsync(WebApplication app, ServiceDefinition definition)
    {
        string owner = app.Configuration.GetConnectionString("Owner")
            ?? throw new InvalidOperationException("ConnectionStrings:Owner is needed to migrate.");
        var schema = app.Services.GetServices<IProjection>().Select(projection => projection.Schema).Concat(definition.Schema).ToList();
        return Task.FromException(new NotSupportedException($"No event store to migrate yet ({owner.Length}, {schema.Count})."));
    }
}
