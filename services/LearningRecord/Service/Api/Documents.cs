using Microsoft.Net.Http.Headers;
using Pathways.Kernel;
using Pathways.LearningRecord.Documents;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>The document resources: activity state, activity profile, agent profile.</summary>
internal static class Documents
{
    private const long LargestDocument = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var resource in new[] { DocumentResource.State, DocumentResource.ActivityProfile, DocumentResource.AgentProfile })
        {
            routes.MapPut(resource.Path, (HttpContext http, DocumentStore store, Pseudonyms pseudonyms, XapiCallers callers) => WriteAsync(http, store, pseudonyms, callers, resource, Put))
                .RequireScope(XapiScopes.WriteDocuments(resource.Scope)).Reads(resource).AllowBody(LargestDocument).WithName($"put-{resource.Kind}").WithSummary("Store a document, or replace it.");
            routes.MapPost(resource.Path, (HttpContext http, DocumentStore store, Pseudonyms pseudonyms, XapiCallers callers) => WriteAsync(http, store, pseudonyms, callers, resource, Post))
                .RequireScope(XapiScopes.WriteDocuments(resource.Scope)).Reads(resource).AllowBody(LargestDocument).WithName($"post-{resource.Kind}").WithSummary("Store a document, or merge a JSON object into it.");
            routes.MapMethods(resource.Path, ["GET", "HEAD"], (HttpContext http, DocumentTable table, Pseudonyms pseudonyms, XapiCallers callers) => ReadAsync(http, table, pseudonyms, callers, resource))
                .RequireScope(XapiScopes.ReadDocuments(resource.Scope)).Reads(resource, listing: true, withoutId: "the ids are listed").RecordsDisclosure(Purpose.RecordKeeping, inBackground: true)
                .WithName($"get-{resource.Kind}").WithSummary("A document, or without its id the ids there are.");
            routes.MapDelete(resource.Path, (HttpContext http, DocumentStore store, Pseudonyms pseudonyms, XapiCallers callers) => DeleteAsync(http, store, pseudonyms, callers, resource))
                .RequireScope(XapiScopes.WriteDocuments(resource.Scope)).Reads(resource, withoutId: NeedsIdToDelete(resource) ? null : "all of them are deleted").WithName($"delete-{resource.Kind}").WithSummary("Delete a document.");
        }
    }

    private static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, DocumentResource resource, bool listing = false, string? withoutId = null)
        => route.WithMetadata([.. resource.Parameters(listing, withoutId)]);

    private static bool NeedsIdToDelete(DocumentResource resource) => resource != DocumentResource.State;

    private delegate Result<DocumentContent> Decide(StandingDocument standing, DocumentContent content, Preconditions preconditions, DocumentResource resource, XapiVersion version);

    private static Result<DocumentContent> Put(
        StandingDocument standing, DocumentContent content, Preconditions preconditions, DocumentResource resource, XapiVersion version)
    {
        bool isProfile = resource != DocumentResource.State;
        bool mustBeConditional = isProfile || version == XapiVersion.V200;
        return DocumentRules.Put(standing.State, preconditions, mustBeConditional, mustAlwaysBeConditional: isProfile && version == XapiVersion.V103) is { } refusal
            ? refusal
            : content;
    }

    private static Result<DocumentContent> Post(
        StandingDocument standing, DocumentContent content, Preconditions preconditions, DocumentResource resource, XapiVersion version)
    {
        if (DocumentRules.Post(standing.State, preconditions, content.ContentType, content.IsObject) is { } refusal) return refusal;
        return standing.Content is { } old ? old.Merge(content) : content;
    }

    private static async Task<IResult> WriteAsync(HttpContext http, DocumentStore store, Pseudonyms pseudonyms, XapiCallers callers, DocumentResource resource, Decide decide)
    {
        var parameters = new Parameters(http.Request);
        if (DocumentAddress.Read(resource, parameters, http.Caller().Tenant, callers.Of(http).Realm, pseudonyms, needsId: true) is not { } address) return parameters.Refusal!.ToProblem();
        var content = new DocumentContent(address.Id!, http.Request.ContentType ?? "application/octet-stream", await http.Request.ReadBytesAsync(http.RequestAborted));
        var preconditions = PreconditionsOf(http.Request);
        var rejection = await store.WriteAsync(
            http.EventContext(), resource, address, standing => decide(standing, content, preconditions, resource, http.XapiVersion()), http.RequestAborted);
        return Answer(rejection);
    }

    private static async Task<IResult> ReadAsync(HttpContext http, DocumentTable table, Pseudonyms pseudonyms, XapiCallers callers, DocumentResource resource)
    {
        var parameters = new Parameters(http.Request);
        var since = parameters.Instant("since");
        if (DocumentAddress.Read(resource, parameters, http.Caller().Tenant, callers.Of(http).Realm, pseudonyms, needsId: false) is not { } address) return parameters.Refusal!.ToProblem();
        if (resource.ByAgent) http.Disclose([address.Subject]);
        if (address.Id is null)
        {
            var list = await table.ListAsync(http.Caller().Tenant, address, since is { } instant ? StoredClock.LastOf(instant) : 0, http.RequestAborted);
            if (list.Count > 0) http.Response.Headers.LastModified = HeaderUtilities.FormatDate(list[^1].StoredAt);
            return Results.Ok(list.Select(document => document.Content?.Id).OfType<string>().Distinct().ToList());
        }
        var standing = await table.ReadAsync(http.Caller().Tenant, address, http.RequestAborted);
        if (standing.Content is not { } content) return Rejection.NotFound("document-not-found", "There is no such document.", "Ask without the document's own id: that lists the ids there are.").ToProblem();
        http.Response.Headers.ETag = $"\"{content.ETag}\"";
        http.Response.Headers.LastModified = HeaderUtilities.FormatDate(standing.StoredAt);
        return new RawBytes(content.Bytes, content.ContentType);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, DocumentStore store, Pseudonyms pseudonyms, XapiCallers callers, DocumentResource resource)
    {
        var parameters = new Parameters(http.Request);
        if (DocumentAddress.Read(resource, parameters, http.Caller().Tenant, callers.Of(http).Realm, pseudonyms, NeedsIdToDelete(resource)) is not { } address) return parameters.Refusal!.ToProblem();
        return Answer(await store.DeleteAsync(http.EventContext(), address, PreconditionsOf(http.Request), http.RequestAborted));
    }

    private static IResult Answer(Rejection? rejection) => rejection switch
    {
        null => Results.NoContent(),
        { Code: Preconditions.Code } => Problem.From(rejection) with { Status = StatusCodes.Status412PreconditionFailed },
        _ => rejection.ToProblem(),
    };

    private static Preconditions PreconditionsOf(HttpRequest request) => new(Tags(request.Headers.IfMatch), Tags(request.Headers.IfNoneMatch));

    private static List<string>? Tags(Microsoft.Extensions.Primitives.StringValues header) => header.Count == 0
        ? null
        : [.. header.SelectMany(value => (value ?? "").Split(',')).Select(tag => tag.Trim().Trim('"'))];
}
