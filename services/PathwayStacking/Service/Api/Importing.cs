using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Pathways;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>
/// A CTDL document, as it is, becomes one published pathway version per pathway in it. With <c>dryRun</c> it is read
/// and checked, and nothing is stored.
/// </summary>
internal static class Importing
{
    public static void MapImporting(this IEndpointRouteBuilder routes)
        => routes.MapPost("/pathway-stacking/pathways/import", ImportAsync).AllowBody(ImportOptions.Default.MaxBytes)
            .RequireScope(Scopes.Define)
            .Accepts<byte[]>("application/ld+json", "application/json", "application/octet-stream")
            .Produces<ImportedDocument>()
            .WithSummary("Import the pathways of a CTDL document and publish them");

    /// <param name="awards">IRI of the achievement that a completed stack is awarded; only for a document with one primary pathway.</param>
    private static async Task<IResult> ImportAsync(
        HttpContext http, CommandEndpoint commands, PathwayLibrary library, TimeProvider clock, string? awards = null, bool strict = false, bool dryRun = false)
    {
        // By a short name the stacked credential would not be known as this pathway's own award, and the stack would hold itself up.
        if (awards is not null && !Uri.TryCreate(awards, UriKind.Absolute, out _))
            return Problem.From(Rejection.Invalid("award-not-an-iri", $"'{awards}' is not an achievement's IRI.", "Take the 'iri' that credential-issuance shows for the achievement.", "awards"));

        var document = await http.Request.ReadBytesAsync(http.RequestAborted);
        var import = CtdlImporter.Import(document, new ImportOptions(strict));
        if (!import.IsAccepted) return Problem.From(import.Rejection);

        var tenant = http.Caller().Tenant;
        return await commands.CommitAsync(http, async cancellation =>
        {
            var work = new UnitOfWork(http.EventContext());
            var imported = new List<ImportedPathwayVersion>();
            foreach (var (pathway, isPrimary, written) in import.Value.Pathways)
            {
                var id = ReadableKey.Of(pathway.Id);
                var settings = isPrimary && awards is not null
                    ? written with { Awards = [.. pathway.Destinations.Select(destination => new Award(destination, awards))] }
                    : written;
                var state = await library.LatestAsync(tenant, id, cancellation);
                var decision = PathwayDecider.Decide(state.State, new PublishPathway(id, pathway, settings, import.Value.DocumentSha256), clock.GetUtcNow());
                if (decision.Rejection is { } rejection) return rejection;
                work.Append(PathwayLibrary.StreamOf(id), state.Version, decision.Events);
                var published = PathwayDecider.Decider.Fold(state.State, decision.Events).Published!;
                imported.Add(new ImportedPathwayVersion(
                    id, published.Version, published.Pathway.Name, published.Pathway.Id, published.VersionHash, published.Pathway.Components.Count, IsNew: decision.Events.Length > 0, published.Findings));
            }

            var answer = new ImportedDocument(import.Value.DocumentSha256, imported, import.Value.Warnings);
            if (dryRun) return new PreparedCommand(new UnitOfWork(http.EventContext()), new CommandAnswer(answer));
            if (work.Appends.Count > 0) work.Write(PathwayDocuments.Keep(tenant, import.Value.DocumentSha256, document));
            return new PreparedCommand(work, new CommandAnswer(answer));
        });
    }
}

/// <param name="Warnings">What was not as it should be in the document, where, and what was made of it.</param>
public sealed record ImportedDocument(string DocumentSha256, IReadOnlyList<ImportedPathwayVersion> Pathways, IReadOnlyList<ImportWarning> Warnings);

/// <param name="IsNew">False: this very content was published before, and nothing changed.</param>
/// <param name="Findings">What a registrar should look at in this version.</param>
public sealed record ImportedPathwayVersion(
    string PathwayId, int Version, string Name, string Iri, string VersionHash, int Components, bool IsNew, IReadOnlyList<Finding> Findings);
