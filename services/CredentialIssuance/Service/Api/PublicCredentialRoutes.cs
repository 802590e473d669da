using System.Text;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Images;
using Pathways.CredentialIssuance.Signing;
using Pathways.CredentialIssuance.Verifying;
using Pathways.EventStore;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary>Whoever has a credential's address can read it, in every form, and see whether it stands.</summary>
internal static class PublicCredentialRoutes
{
    public static void MapPublicCredentials(this IEndpointRouteBuilder routes)
    {
        const string One = "/credentials/{tenant}/{id:guid}";
        var open = routes.MapGroup("").AllowAnonymous();
        open.MapGet(One, CredentialAsync)
            .WithSummary("The credential, byte for byte as it was signed: JSON, or JWT for Accept: application/vc+jwt, or a page for people.");
        open.MapGet(One + ".jwt", JwtAsync).WithSummary("The credential as JWT, where its issuer signs tokens.");
        open.MapGet(One + ".png", PngAsync).WithSummary("The badge's picture with the credential baked in.");
        open.MapGet(One + ".svg", SvgAsync).WithSummary("The badge's picture with the credential baked in.");
        open.MapGet(One + "/status", StatusAsync).WithSummary("Whether it stands, now or at a time (?at=), and what happened to it.")
            .Produces<CredentialStatusView>();
        open.MapGet(One + "/verification", VerificationAsync).WithSummary("Verifies it now: each check, with its verdict. JSON, or a page for people.")
            .Produces<VerifyAnswer>();
        open.MapGet(One + "/clr", LearnerRecordAsync).WithSummary("The learner record (CLR 2.0) of a completed stack: the credential with its parts.");
        open.MapGet(One + "/clr.png", LearnerRecordPngAsync).WithSummary("The learner record, baked.");
        open.MapGet(One + "/clr.svg", LearnerRecordSvgAsync).WithSummary("The learner record, baked.");
    }

    private static async Task<IResult> CredentialAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        if (credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "public, max-age=60";
        string accept = http.Request.Headers.Accept.ToString();
        if (Wants(accept, MediaTypes.CredentialJwt) && issued.Jwt is { } jwt) return TypedResults.Text(jwt, MediaTypes.CredentialJwt);
        if (!Wants(accept, "text/html")) return JsonAs(issued.Document, accept);
        bool hasRecord = (await store.LoadAsync(tenant, LearnerRecord.StreamOf(id), LearnerRecord.Decider, cancellation)).State.Issued is not null;
        var achievement = await DefinitionAsync(tenant, credential, store, cancellation);
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        return Page(http, CredentialPage.Write(credential, achievement, issuer.Profile!, hasRecord));
    }

    private static async Task<IResult> JwtAsync(string tenant, Guid id, IEventStore store, CancellationToken cancellation)
        => (await LoadAsync(tenant, id, store, cancellation)).Issued is { Jwt: { } jwt }
            ? TypedResults.Text(jwt, MediaTypes.CredentialJwt)
            : Problem.From(Credential.Unknown);

    private static Task<IResult> PngAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
        => BakeAsync(tenant, id, http, store, BadgeImage.Png, BakedKind.OpenBadge, cancellation);

    private static Task<IResult> SvgAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
        => BakeAsync(tenant, id, http, store, BadgeImage.Svg, BakedKind.OpenBadge, cancellation);

    private static Task<IResult> LearnerRecordPngAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
        => BakeAsync(tenant, id, http, store, BadgeImage.Png, BakedKind.Clr, cancellation);

    private static Task<IResult> LearnerRecordSvgAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
        => BakeAsync(tenant, id, http, store, BadgeImage.Svg, BakedKind.Clr, cancellation);

    private static async Task<IResult> BakeAsync(
        string tenant, Guid id, HttpContext http, IEventStore store, string mediaType, BakedKind kind, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        if (credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        // Where only tokens are signed, the token is baked: an envelope of it is more than image readers understand.
        string? baked = kind == BakedKind.OpenBadge
            ? CredentialSigner.HasProof(issued) ? issued.Document : issued.Jwt
            : (await store.LoadAsync(tenant, LearnerRecord.StreamOf(id), LearnerRecord.Decider, cancellation)).State.Issued?.Document;
        if (baked is null) return Problem.From(LearnerRecord.Unknown);

        var achievement = await DefinitionAsync(tenant, credential, store, cancellation);
        http.Response.Headers.CacheControl = "public, max-age=60";
        return PublicImage.Answer(
            http,
            mediaType == BadgeImage.Png
                ? BakedPng.Bake(BadgeImages.AsPng(achievement), baked, kind)
                : BakedSvg.Bake(BadgeImages.AsSvg(achievement), baked, kind),
            mediaType);
    }

    private static async Task<IResult> StatusAsync(
        string tenant, Guid id, HttpContext http, IEventStore store, DateTimeOffset? at, TimeProvider clock, CancellationToken cancellation)
    {
        var history = await CredentialHistory.ReadAsync(store, tenant, id, at, clock, cancellation);
        if (history.Credential.Issued is null) return Problem.From(Credential.Unknown);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(CredentialStatusView.Of(history));
    }

    private static async Task<IResult> VerificationAsync(
        string tenant, Guid id, HttpContext http, IEventStore store, VerificationDesk desk, CancellationToken cancellation)
    {
        var credential = await LoadAsync(tenant, id, store, cancellation);
        if (credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        var answer = await desk.VerifyAsync(Encoding.UTF8.GetBytes(issued.Document), cancellation);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Accept";
        return Wants(http.Request.Headers.Accept.ToString(), "text/html")
            ? Page(http, VerificationPage.Write(issued, answer))
            : TypedResults.Ok(answer);
    }

    private static async Task<IResult> LearnerRecordAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var record = (await store.LoadAsync(tenant, LearnerRecord.StreamOf(id), LearnerRecord.Decider, cancellation)).State;
        if (record.Issued is not { } issued) return Problem.From(LearnerRecord.Unknown);
        http.Response.Headers.CacheControl = "public, max-age=60";
        return JsonAs(issued.Document, http.Request.Headers.Accept.ToString());
    }

    private static async Task<AchievementDefinition> DefinitionAsync(
        string tenant, Credential credential, IEventStore store, CancellationToken cancellation)
    {
        var issued = credential.Issued!;
        var achievement = (await store.LoadAsync(tenant, Achievement.StreamOf(issued.AchievementId), Achievement.Decider, cancellation)).State;
        return achievement.Versions[issued.AchievementVersion - 1];
    }

    private static async Task<Credential> LoadAsync(string tenant, Guid id, IEventStore store, CancellationToken cancellation)
        => (await store.LoadAsync(tenant, Credential.StreamOf(id), Credential.Decider, cancellation)).State;

    private static bool Wants(string accept, string mediaType) => accept.Contains(mediaType, StringComparison.OrdinalIgnoreCase);

    private static IResult JsonAs(string document, string accept)
        => TypedResults.Text(document, Wants(accept, "application/vc") ? MediaTypes.Credential : Wants(accept, "ld+json") ? MediaTypes.JsonLd : MediaTypes.Json);

    private static IResult Page(HttpContext http, string page)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        return TypedResults.Text(page, MediaTypes.Html);
    }
}
