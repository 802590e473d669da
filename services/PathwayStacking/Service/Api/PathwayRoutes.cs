using Npgsql;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Pathways;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>Published pathways: list, one, and the end of enrolment.</summary>
internal static class PathwayRoutes
{
    public static void MapPathways(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pathway-stacking/pathways", ListAsync).RequireScope(Scopes.Define, Scopes.Learners)
            .Produces<Page<ListedPathway>>().ReadsPage().ReadsProjection("pathway_list").WithSummary("The institution's pathways, the latest version of each");
        routes.MapGet("/pathway-stacking/pathways/{pathwayId}", GetAsync).RequireScope(Scopes.Define, Scopes.Learners)
            .Produces<PathwayPublished>().WithSummary("The latest version of a pathway, whole");
        routes.MapPost("/pathway-stacking/pathways/{pathwayId}/retire", RetireAsync).RequireScope(Scopes.Define)
            .WithSummary("No further enrolment; who is enrolled stays");
    }

    private static async Task<IResult> ListAsync(HttpContext http, TenantReader reader)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        var pathways = await reader.QueryAsync(
            http.Caller().Tenant,
            """
            select pathway_id, iri, name, version, version_hash, components, awards, retired, published_at
            from read.pathway_list_v1 where pathway_id > @after order by pathway_id limit @limit
            """,
            [new NpgsqlParameter("after", page.Value.After ?? ""), new NpgsqlParameter("limit", page.Value.Limit + 1)],
            row => new ListedPathway(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetString(4), row.GetInt32(5),
                row.GetFieldValue<string[]>(6), row.GetBoolean(7), row.GetFieldValue<DateTimeOffset>(8)),
            http.RequestAborted);
        return page.Value.Answer(http, pathways, pathway => pathway.PathwayId);
    }

    private static async Task<IResult> GetAsync(HttpContext http, PathwayLibrary library, string pathwayId)
    {
        var loaded = await library.LatestAsync(http.Caller().Tenant, pathwayId, http.RequestAborted);
        return loaded.State.Published is { } published ? TypedResults.Ok(published) : Problem.From(Unknown(pathwayId));
    }

    private static Task<IResult> RetireAsync(HttpContext http, CommandEndpoint commands, TimeProvider clock, string pathwayId, RetireRequest request)
        => commands.RunAsync(
            http, PathwayLibrary.StreamOf(pathwayId), PathwayDecider.Decider,
            state => PathwayDecider.Decide(state, new RetirePathway(request.Reason), clock.GetUtcNow()),
            (state, _) => new { pathwayId, retired = state.IsRetired });

    internal static Rejection Unknown(string pathwayId)
        => Rejection.NotFound("pathway-not-found", $"There is no pathway '{pathwayId}'.", "List the pathways with GET /pathway-stacking/pathways.");
}

public sealed record RetireRequest(string Reason);

public sealed record ListedPathway(
    string PathwayId, string Iri, string Name, int Version, string VersionHash, int Components, IReadOnlyList<string> Awards, bool Retired, DateTimeOffset PublishedAt);
