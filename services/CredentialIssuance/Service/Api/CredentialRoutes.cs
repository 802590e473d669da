using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary>An award by hand.</summary>
/// <param name="Reason">Why; kept with the award.</param>
/// <param name="OccurredAt">When the learner achieved it; now when absent.</param>
public sealed record AwardRequest(string AchievementId, string LearnerId, string Reason, decimal? ScaledScore = null, DateTimeOffset? OccurredAt = null);

public sealed record ReasonRequest(string Reason);

/// <param name="Id">Names the stream and the routes; <paramref name="CredentialId"/> is the credential's own <c>id</c>.</param>
public sealed record CredentialView(
    Guid Id, string CredentialId, string LearnerId, string AchievementId, string AchievementIri, int AchievementVersion, string AchievementName,
    string Status, string? Reason, DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil, AwardBasis Basis);

public sealed record CredentialListItem(
    Guid Id, string CredentialId, string LearnerId, string AchievementId, int AchievementVersion, string AchievementName, string Status,
    DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil);

internal static class CredentialRoutes
{
    private static readonly string[] Readers = [Scopes.Issue, Scopes.Learners, Scopes.Audit];

    public static void MapCredentials(this IEndpointRouteBuilder routes)
    {
        const string One = "/credential-issuance/credentials/{id:guid}";
        routes.MapPost("/credential-issuance/credentials", AwardAsync).RequireScope(Scopes.Issue)
            .WithSummary("Awards by hand.").Produces<CredentialView>(StatusCodes.Status201Created);
        routes.MapGet("/credential-issuance/credentials", ListAsync).RequireScope(Readers).RecordsDisclosure(Purpose.CredentialService)
            .WithSummary("Credentials, by learner (?learnerId=), achievement (?achievementId=) and status (?status=).").Produces<Page<CredentialListItem>>().ReadsPage().ReadsProjection("credential_list");
        routes.MapGet(One, GetAsync).RequireScope(Readers).RecordsDisclosure(Purpose.CredentialService)
            .WithSummary("A credential's state: now, or as it was known at a time (?at=).").Produces<CredentialView>();
        routes.MapPost(One + "/revoke", RevokeAsync).RequireScope(Scopes.Issue).WithSummary("Revokes, for good.").Produces<CredentialView>();
        routes.MapPost(One + "/suspend", SuspendAsync).RequireScope(Scopes.Issue).Produces<CredentialView>();
        routes.MapPost(One + "/reinstate", ReinstateAsync).RequireScope(Scopes.Issue).Produces<CredentialView>();
    }

    private static Task<IResult> AwardAsync(AwardRequest request, HttpContext http, CommandEndpoint command, AwardProcess process, TimeProvider clock)
    {
        var credentialId = Guid.CreateVersion7();
        return command.CommitAsync(http, async cancellation =>
        {
            if (string.IsNullOrWhiteSpace(request.LearnerId))
                return Rejection.Invalid("learner-missing", "Say which learner is awarded.", "Name the learner by the id that learning-record gives.", "/learnerId");
            var work = new UnitOfWork(http.EventContext());
            var basis = new AwardBasis(AwardBasis.Manual, ScaledScore: request.ScaledScore, AwardedBy: work.Context.Actor, Reason: request.Reason);
            var issued = await process.AwardAsync(
                work,
                new AwardAchievement(credentialId, request.AchievementId, request.LearnerId, basis, (request.OccurredAt ?? clock.GetUtcNow()).ToUniversalTime()),
                cancellation);
            if (!issued.IsAccepted) return issued.Rejection;
            var credential = Credential.Decider.Fold(Credential.Decider.Initial, [issued.Value.Issued!]);
            return new PreparedCommand(work, new CommandAnswer(
                View(credential), StatusCodes.Status201Created, Version: 1, Location: $"/credential-issuance/credentials/{credentialId}"));
        });
    }

    private static Task<IResult> RevokeAsync(Guid id, ReasonRequest request, HttpContext http, CommandEndpoint command, AwardProcess process)
        => command.CommitAsync(http, async cancellation =>
        {
            var work = new UnitOfWork(http.EventContext());
            var revoked = await process.RevokeAsync(work, id, request.Reason, cancellation);
            return revoked.IsAccepted ? new PreparedCommand(work, new CommandAnswer(View(revoked.Value))) : revoked.Rejection;
        });

    private static Task<IResult> SuspendAsync(Guid id, ReasonRequest request, HttpContext http, CommandEndpoint command, TimeProvider clock)
        => command.RunAsync(http, Credential.StreamOf(id), Credential.Decider,
            credential => Suspension.Suspend(credential, SuspensionGrounds.Manual, request.Reason, clock.GetUtcNow()),
            (credential, _) => View(credential));

    private static Task<IResult> ReinstateAsync(Guid id, ReasonRequest request, HttpContext http, CommandEndpoint command, TimeProvider clock)
        => command.RunAsync(http, Credential.StreamOf(id), Credential.Decider,
            credential => Reinstatement.Reinstate(credential, SuspensionGrounds.Manual, request.Reason, clock.GetUtcNow()),
            (credential, _) => View(credential));

    private static async Task<IResult> GetAsync(
        Guid id, HttpContext http, IEventStore store, DateTimeOffset? at, TimeProvider clock, CancellationToken cancellation)
    {
        var history = await CredentialHistory.ReadAsync(store, http.Caller().Tenant, id, at, clock, cancellation);
        if (history.Credential.Issued is not { } issued) return Problem.From(Credential.Unknown);
        http.Disclose([issued.LearnerId]);
        http.Response.Headers.ETag = ETags.Of(history.Version);
        return TypedResults.Ok(View(history.Credential));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, TenantReader database, string? learnerId, string? achievementId, string? status, CancellationToken cancellation)
    {
        if (KnownValue.Refuse<CredentialStatus>("status", status) is { } unknown) return Problem.From(unknown);
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        string tenant = http.Caller().Tenant;
        var items = await database.QueryAsync(
            tenant,
            """
            select credential_id, credential_iri, learner_id, achievement_id, achievement_version, achievement_name, status, valid_from, valid_until
            from read.credential_list_v1
            where tenant_id = $1 and credential_id > $2 and ($3 = '' or learner_id = $3) and ($4 = '' or achievement_id = $4) and ($5 = '' or status = $5)
            order by credential_id limit $6
            """,
            [
                new() { Value = tenant }, new() { Value = page.Value.AfterId }, new() { Value = learnerId ?? "" }, new() { Value = achievementId ?? "" },
                new() { Value = status ?? "" }, new() { Value = page.Value.Limit + 1 },
            ],
            row => new CredentialListItem(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5), row.GetString(6),
                row.GetFieldValue<DateTimeOffset>(7), row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8)),
            cancellation);
        http.Disclose(items.Take(page.Value.Limit).Select(item => item.LearnerId));
        return page.Value.Answer(http, items, item => item.Id.ToString());
    }

    private static CredentialView View(Credential credential)
    {
        var issued = credential.Issued!;
        return new CredentialView(
            issued.CredentialId, issued.CredentialIri, issued.LearnerId, issued.AchievementId, issued.AchievementIri, issued.AchievementVersion,
            issued.AchievementName, credential.Status.ToString().ToLowerInvariant(), credential.Reason, issued.ValidFrom, issued.ValidUntil, issued.Basis);
    }
}
