using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Pathways.EventStore;
using Pathways.EventStore.Projections;

namespace Pathways.WebDefaults;

/// <summary>For the operator: how far each projection has come, and building one again from the first event.</summary>
internal static class ProjectionRoutes
{
    public static void MapProjections(this IEndpointRouteBuilder routes, ServiceDefinition definition)
    {
        var group = routes.MapGroup($"/{definition.Name}/projections").WithTags("projections").RequireScope(Scopes.Operator);
        group.MapGet("", List).Produces<IReadOnlyList<ProjectionView>>()
            .WithSummary("The projections as this process sees them, with the last rebuild that it was asked for.");
        group.MapPost("/{name}/rebuild", Rebuild).Produces<RebuildView>(StatusCodes.Status202Accepted)
            .WithSummary("Builds a projection again beside its live rows, and switches; readers see the old rows until then. What is under way in this process is not begun anew.");
    }

    private static IReadOnlyList<ProjectionView> List(EventStoreStatus status) =>
    [
        .. status.Followers.Where(follower => follower.Kind == FollowerKind.Projection).Select(follower => new ProjectionView(
            follower.Name, follower.Position, follower.Lag, follower.Error?.Since,
            status.Rebuilds.FirstOrDefault(rebuild => rebuild.Projection == follower.Name) is { } rebuild
                ? View(rebuild)
                : null)),
    ];

    private static IResult Rebuild(string name, ProjectionRebuild rebuild, ServiceDefinition definition, IHostApplicationLifetime lifetime)
        => rebuild.Start(name, lifetime.ApplicationStopping) is { } underWay
            ? Results.Accepted($"/{definition.Name}/projections", View(underWay))
            : Problem.Of(ProblemCodes.NotFound, "There is no such projection.");

    private static RebuildView View(RebuildProgress rebuild) => new(rebuild.Id, rebuild.Position, rebuild.Head, rebuild.Finished, rebuild.Error is not null);
}

/// <param name="Position">Up to which it has followed the log.</param>
/// <param name="Lag">Events that it has not followed yet.</param>
/// <param name="StandsStillSince">Absent while it runs.</param>
internal sealed record ProjectionView(string Name, long Position, long Lag, DateTimeOffset? StandsStillSince, RebuildView? Rebuild);

/// <param name="Id">By it a rebuild that was asked for is told from an earlier one, of which another process of the service may tell.</param>
/// <param name="Head">Where the log ended when it was last looked at.</param>
/// <param name="Failed">It was given up; the service's log says why. The rows are those of before, or, if only the answer to the commit was lost, all of them new.</param>
internal sealed record RebuildView(Guid Id, long Position, long Head, bool Finished, bool Failed);
