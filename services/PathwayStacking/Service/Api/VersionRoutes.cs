using Npgsql;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Pathways;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>Versions of a pathway: which there are, what they differ in, and each as CTDL.</summary>
internal static class VersionRoutes
{
    public static void MapVersions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pathway-stacking/pathways/{pathwayId}/versions", ListAsync).RequireScope(Scopes.Define, Scopes.Learners)
            .Produces<IReadOnlyList<PathwayVersion>>().WithSummary("All versions, with when they are in force and for whom");
        routes.MapGet("/pathway-stacking/pathways/{pathwayId}/diff", DiffAsync).RequireScope(Scopes.Define, Scopes.Learners)
            .Produces<IReadOnlyList<PathwayChange>>().WithSummary("What two versions differ in, in words");
        routes.MapGet("/pathway-stacking/pathways/{pathwayId}/ctdl", ExportAsync).RequireScope(Scopes.Define, Scopes.Learners)
            .Produces<ExportedPathway>().WithSummary("A version as CTDL, with our extension, and what could not be carried");
        routes.MapGet("/pathway-stacking/pathways/{pathwayId}/document", DocumentAsync).RequireScope(Scopes.Define)
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream").WithSummary("The imported document of a version, byte for byte");
    }

    private static async Task<IResult> ListAsync(HttpContext http, PathwayLibrary library, string pathwayId)
    {
        var versions = (await library.LatestAsync(http.Caller().Tenant, pathwayId, http.RequestAborted)).State.Versions;
        return versions.IsEmpty
            ? Problem.From(PathwayRoutes.Unknown(pathwayId))
            : TypedResults.Ok(versions.Select(version => new PathwayVersion(
                version.Version, version.VersionHash, version.Settings.Effective?.From, version.Settings.Effective?.Until, version.Settings.Effective?.Cohorts, version.DocumentSha256, version.PublishedAt)).ToList());
    }

    private static async Task<IResult> DiffAsync(HttpContext http, PathwayLibrary library, string pathwayId, int? from = null, int? to = null)
    {
        var versions = (await library.LatestAsync(http.Caller().Tenant, pathwayId, http.RequestAborted)).State.Versions;
        if (versions.IsEmpty) return Problem.From(PathwayRoutes.Unknown(pathwayId));
        var later = versions.Find(version => version.Version == (to ?? versions[^1].Version));
        var earlier = versions.Find(version => version.Version == (from ?? Math.Max(1, (later?.Version ?? 1) - 1)));
        return earlier is null || later is null
            ? Problem.From(NoVersion(pathwayId))
            : TypedResults.Ok(PathwayDiff.Between(earlier.Pathway, earlier.Settings, later.Pathway, later.Settings));
    }

    private static async Task<IResult> ExportAsync(HttpContext http, PathwayLibrary library, string pathwayId, int? version = null)
    {
        if (await FindAsync(http, library, pathwayId, version) is not { } published) return Problem.From(NoVersion(pathwayId));
        var export = CtdlExporter.Export(published.Pathway, published.Settings);
        return TypedResults.Ok(new ExportedPathway(export.Document, export.Losses));
    }

    private static async Task<IResult> DocumentAsync(HttpContext http, PathwayLibrary library, TenantReader reader, string pathwayId, int? version = null)
    {
        if (await FindAsync(http, library, pathwayId, version) is not { DocumentSha256: { } sha256 }) return Problem.From(NoVersion(pathwayId));
        var found = await reader.QueryAsync(
            http.Caller().Tenant, "select document from read.pathway_documents_v1 where sha256 = @sha256", [new NpgsqlParameter("sha256", sha256)],
            row => row.GetFieldValue<byte[]>(0), http.RequestAborted);
        return found.Count == 0 ? Problem.From(NoVersion(pathwayId)) : TypedResults.Bytes(found[0], "application/octet-stream");
    }

    private static async Task<PathwayPublished?> FindAsync(HttpContext http, PathwayLibrary library, string pathwayId, int? version)
    {
        var versions = (await library.LatestAsync(http.Caller().Tenant, pathwayId, http.RequestAborted)).State.Versions;
        return version is null ? (versions.IsEmpty ? null : versions[^1]) : versions.Find(known => known.Version == version);
    }

    private static Rejection NoVersion(string pathwayId)
        => Rejection.NotFound("pathway-not-found", $"There is no such version of the pathway '{pathwayId}'.", "List the versions with GET /pathway-stacking/pathways/{id}/versions.");
}

public sealed record PathwayVersion(
    int Version, string VersionHash, DateOnly? EffectiveFrom, DateOnly? EffectiveUntil, IReadOnlyList<string>? Cohorts, string? DocumentSha256, DateTimeOffset PublishedAt);

/// <param name="Losses">What the document does not say any more, with its place.</param>
public sealed record ExportedPathway(System.Text.Json.Nodes.JsonObject Document, IReadOnlyList<ImportWarning> Losses);
