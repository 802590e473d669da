using System.Collections.Concurrent;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Pathways;

/// <summary>Published pathway versions, compiled once. A version never changes, so what is here stays true.</summary>
public sealed class PathwayLibrary(IEventStore store)
{
    private readonly ConcurrentDictionary<(string Tenant, string Pathway, int Version), CompiledPathway> _compiled = [];

    public static string StreamOf(string pathwayId) => $"pathway-{pathwayId}";

    public Task<EventStore.Reading.Loaded<PathwayState>> LatestAsync(string tenant, string pathwayId, CancellationToken cancellation)
        => store.LoadAsync(tenant, StreamOf(pathwayId), PathwayDecider.Decider, cancellation);

    public async Task<Result<CompiledPathway>> VersionAsync(string tenant, string pathwayId, int version, CancellationToken cancellation)
    {
        if (_compiled.TryGetValue((tenant, pathwayId, version), out var compiled)) return compiled;
        await foreach (var recorded in store.ReadStreamAsync(tenant, StreamOf(pathwayId), afterVersion: 0, cancellation))
        {
            if (recorded.Data is PathwayPublished published && published.Version == version)
                return _compiled.GetOrAdd((tenant, pathwayId, version), PathwayCompiler.Compile(published.Pathway, published.Settings));
        }

        return Rejection.NotFound("pathway-not-found", $"There is no version {version} of the pathway '{pathwayId}'.", "List the pathways with GET /pathway-stacking/pathways.");
    }
}
