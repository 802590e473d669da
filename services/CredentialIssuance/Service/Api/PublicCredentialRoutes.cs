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
        string[] forms = [MediaTypes.Json, MediaTypes.Credential, MediaTypes.JsonLd, .. issued.Jwt is null ? (string[])[] : [MediaTypes.CredentialJwt], MediaTypes.Html];
        string form = MediaTypes.Choose(http, forms);
        if (form == MediaTypes.CredentialJwt) return TypedResults.Text(issued.Jwt, form);
        if (form != MediaTypes.Html) return TypedResults.Text(issued.Document, form);
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
        if (await desk.VerifyAsync(Encoding.UTF8.GetBytes(issued.Document), cancellation) is not { } answer) return VerifyRoute.Busy(http);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Accept";
        return MediaTypes.Choose(http, MediaTypes.Json, MediaTypes.Html) == MediaTypes.Html
            ? Page(http, VerificationPage.Write(issued, answer))
            : TypedResults.Ok(answer);
    }

    private static async Task<IResult> LearnerRecordAsync(string tenant, Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var record = (await store.LoadAsync(tenant, LearnerRecord.StreamOf(id), LearnerRecord.Decider, cancellation)).State;
        if (record.Issued is not { } issued) return Problem.From(LearnerRecord.Unknown);
        http.Response.Headers.CacheControl = "public, max-age=60";
        http.Response.Headers.Vary = "Accept";
        return TypedResults.Text(issued.Document, MediaTypes.Choose(http, MediaTypes.Json, MediaTypes.Credential, MediaTypes.JsonLd));
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

    private static IResult Page(HttpContext http, string page)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        return TypedResults.Text(page, MediaTypes.Html + "; charset=utf-8");
    }
}
