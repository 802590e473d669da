using System.Net.Mime;
using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <param name="Status"><c>valid</c>, <c>suspended</c>, <c>revoked</c> or <c>expired</c>.</param>
public sealed record CredentialStatusView(string CredentialId, string Status, string? Reason, DateTimeOffset? ValidUntil);

/// <summary>What anybody may read: whoever holds a credential's address can fetch and check it.</summary>
internal static class PublicRoutes
{
    private const string CredentialJson = "application/vc+ld+json";
    private const string CredentialJwt = "application/vc+jwt";

    public static void MapPublic(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("").AllowAnonymous();
        open.MapGet("/issuers/{tenant}/did.json", DidDocumentAsync).WithSummary("The issuer's did:web document.");
        open.MapGet("/issuers/{tenant}/keys/{keyId}", KeyAsync).WithSummary("One public key, as a bare JWK.");
        open.MapGet("/issuers/{tenant}/achievements/{id}", AchievementAsync).WithSummary("The achievement's published version.");
        open.MapGet("/issuers/{tenant}/achievements/{id}/v/{version:int}", AchievementVersionAsync).WithSummary("One version; it never changes.");
        open.MapGet("/credentials/{tenant}/{id:guid}", CredentialAsync)
            .WithSummary("The credential, byte for byte as it was signed: JSON, or JWT for Accept: application/vc+jwt, or a page for people.");
        open.MapGet("/credentials/{tenant}/{id:guid}.jwt", JwtAsync).WithSummary("The credential as JWT.");
        open.MapGet("/credentials/{tenant}/{id:guid}/status", StatusAsync).Produces<CredentialStatusView>();
    }

    private static async Task<IResult> DidDocumentAsync(string tenant, IEventStore store, CancellationToken cancellation)
    {
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        if (!issuer.IsRegistered) return Problem.Of(ProblemCodes.NotFound);
        var keys = issuer.Keys.Select(key => new PublishedKey(IssuerKeys.PublicKeyOf(key))).ToList();
        return Json(DidDocument.Write(issuer.Did, keys), "application/did+ld+json");
    }

    private static async Task<IResult> KeyAsync(string tenant, string keyId, IEventStore store, CancellationToken cancellation)
    {
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        return issuer.Keys.FirstOrDefault(key => key.Id == keyId) is { } found
            ? Json(IssuerKeys.PublicKeyOf(found).ToJwk(), "application/jwk+json")
            : Problem.Of(ProblemCodes.NotFound);
    }

    private static Task<IResult> AchievementAsync(string tenant, string id, IEventStore store, Addresses addresses, CancellationToken cancellation)
        => ShowAsync(tenant, id, achievement => achievement.Version, store, addresses, cancellation);

    private static Task<IResult> AchievementVersionAsync(
        string tenant, string id, int version, IEventStore store, Addresses addresses, CancellationToken cancellation)
        => ShowAsync(tenant, id, _ => version, store, addresses, cancellation);

    private static async Task<IResult> ShowAsync(
        string tenant, string id, Func<Achievement, int> choose, IEventStore store, Addresses addresses, CancellationToken cancellation)
    {
        var achievement = (await store.LoadAsync(tenant, Achievement.StreamOf(id), Achievement.Decider, cancellation)).State;
        int version = choose(achievement);
        if (version < 1 || version > achievement.Version) return Problem.Of(ProblemCodes.NotFound);
        var document = AchievementDocument.Write(tenant, id, version, achievement.Versions[version - 1], addresses);
        document.Insert(0, "@context", new JsonArray([.. CredentialDocument.Contexts.Select(context => (JsonNode)context)]));
        return Json(document, "application/ld+json");
    }

    private static async Task<IResult> CredentialAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        if (credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "public, max-age=60";
        string accept = http.Request.Headers.Accept.ToString();
        if (accept.Contains(CredentialJwt, StringComparison.OrdinalIgnoreCase)) return TypedResults.Text(issued.Jwt, CredentialJwt);
        if (accept.Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase))
            return TypedResults.Text(CredentialPage.Write(credential), "text/html; charset=utf-8");
        return TypedResults.Text(issued.Document, accept.Contains("ld+json", StringComparison.OrdinalIgnoreCase) ? CredentialJson : MediaTypeNames.Application.Json);
    }

    private static async Task<IResult> JwtAsync(string tenant, Guid id, IEventStore store, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        return credential.Issued is { } issued ? TypedResults.Text(issued.Jwt, CredentialJwt) : Problem.From(Credential.Unknown);
    }

    private static async Task<IResult> StatusAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        if (credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new CredentialStatusView(
            issued.CredentialIri, credential.Status.ToString().ToLowerInvariant(), credential.Reason, issued.ValidUntil));
    }

    private static async Task<Credential> LoadAsync(string tenant, Guid id, IEventStore store, CancellationToken cancellation)
        => (await store.LoadAsync(tenant, Credential.StreamOf(id), Credential.Decider, cancellation)).State;

    private static IResult Json(JsonObject document, string mediaType) => TypedResults.Text(document.ToJsonString(), mediaType);
}
