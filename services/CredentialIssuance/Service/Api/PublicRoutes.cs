using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Images;
using Pathways.CredentialIssuance.Signing;
using Pathways.CredentialIssuance.Statuses;
using Pathways.EventStore;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary>What anybody may read about an issuer: its keys, what it awards, and what it took back.</summary>
internal static class PublicRoutes
{
    private const string ForEver = "public, max-age=31536000, immutable";

    public static void MapPublic(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("").AllowAnonymous();
        open.MapGet("/issuers/{tenant}/did.json", DidDocumentAsync).WithSummary("The issuer's did:web document.");
        open.MapGet("/issuers/{tenant}/keys/{keyId}", KeyAsync).WithSummary("One public key, as a bare JWK.");
        open.MapGet("/issuers/{tenant}/status/{purpose}/{list:int}", StatusListAsync)
            .WithSummary("A Bitstring Status List, signed; to be kept for a minute at most.");
        open.MapGet("/issuers/{tenant}/achievements/{id}", AchievementAsync).WithSummary("The achievement's published version.");
        open.MapGet("/issuers/{tenant}/achievements/{id}/v/{version:int}", AchievementVersionAsync).WithSummary("One version; it never changes.");
        open.MapGet("/issuers/{tenant}/achievements/{id}/v/{version:int}/image", ImageAsync).WithSummary("Its picture, PNG or SVG.");
    }

    private static async Task<IResult> DidDocumentAsync(string tenant, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        if (!issuer.IsRegistered) return Problem.Of(ProblemCodes.NotFound);
        http.Response.Headers.CacheControl = "public, max-age=60";
        // A retired key may still assert: verifiers ask whether the key that signed is allowed to, not whether it is the newest.
        var keys = issuer.Keys.Select(held => new PublishedKey(
            IssuerKeys.PublicKeyOf(held.Key), Active: held.RevokedAt is null, Revoked: held.RevokedAt)).ToList();
        return Json(DidDocument.Write(issuer.Did, keys), "application/did+ld+json");
    }

    private static async Task<IResult> KeyAsync(string tenant, string keyId, IEventStore store, CancellationToken cancellation)
    {
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        // A bare JWK cannot say that it was revoked, so a revoked one is gone.
        return issuer.Keys.FirstOrDefault(held => held.Key.Id == keyId && held.RevokedAt is null) is { } found
            ? Json(IssuerKeys.PublicKeyOf(found.Key).ToJwk(), "application/jwk+json")
            : Problem.Of(ProblemCodes.NotFound);
    }

    private static async Task<IResult> StatusListAsync(
        string tenant, string purpose, int list, HttpContext http, PublishedStatusLists lists, CancellationToken cancellation)
    {
        if (await lists.FindAsync(tenant, purpose, list, cancellation) is not { } document) return Problem.Of(ProblemCodes.NotFound);
        http.Response.Headers.CacheControl = $"public, max-age={StatusListSigner.TimeToLive.TotalSeconds:0}";
        return TypedResults.Text(document, MediaTypes.Credential);
    }

    private static Task<IResult> AchievementAsync(string tenant, string id, IEventStore store, Addresses addresses, CancellationToken cancellation)
        => ShowAsync(tenant, id, achievement => achievement.Version, store, addresses, cancellation);

    private static Task<IResult> AchievementVersionAsync(
        string tenant, string id, int version, IEventStore store, Addresses addresses, CancellationToken cancellation)
        => ShowAsync(tenant, id, _ => version, store, addresses, cancellation);

    private static async Task<IResult> ImageAsync(
        string tenant, string id, int version, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var achievement = (await store.LoadAsync(tenant, Achievement.StreamOf(id), Achievement.Decider, cancellation)).State;
        if (version < 1 || version > achievement.Version) return Problem.Of(ProblemCodes.NotFound);
        var image = BadgeImages.Of(achievement.Versions[version - 1]);
        http.Response.Headers.CacheControl = ForEver;
        return PublicImage.Answer(http, image.Bytes, image.MediaType);
    }

    private static async Task<IResult> ShowAsync(
        string tenant, string id, Func<Achievement, int> choose, IEventStore store, Addresses addresses, CancellationToken cancellation)
    {
        var achievement = (await store.LoadAsync(tenant, Achievement.StreamOf(id), Achievement.Decider, cancellation)).State;
        int version = choose(achievement);
        if (version < 1 || version > achievement.Version) return Problem.Of(ProblemCodes.NotFound);
        var document = AchievementDocument.Write(tenant, id, version, achievement.Versions[version - 1], addresses);
        document.Insert(0, "@context", new JsonArray([.. CredentialDocument.Contexts.Select(context => (JsonNode)context)]));
        return Json(document, MediaTypes.JsonLd);
    }

    private static IResult Json(JsonObject document, string mediaType) => TypedResults.Text(document.ToJsonString(), mediaType);
}
