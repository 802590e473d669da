using Pathways.CredentialIssuance.Awarding;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Images;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary>The draft of an achievement, in the terms of Open Badges 3.0.</summary>
/// <param name="Criteria">What the learner has to do, in words.</param>
/// <param name="AchievementType">A name of Open Badges 3.0, or <c>ext:…</c>.</param>
/// <param name="Identifiers">CTIDs, course codes, IRIs that a pathway's component may be a proxy for.</param>
/// <param name="Rule">Who gets it by events alone.</param>
/// <param name="Image">PNG or SVG, as <c>data:image/png;base64,…</c>; a medal with the name when absent.</param>
/// <param name="StatusPurpose"><c>revocation</c> (default) or <c>suspension</c>: what the one bit in the status list says.</param>
public sealed record AchievementRequest(
    string Name,
    string Description,
    string Criteria,
    string AchievementType,
    AchievementCredit? Credit = null,
    string? Level = null,
    IReadOnlyList<Alignment>? Alignments = null,
    IReadOnlyList<string>? Identifiers = null,
    string? Language = null,
    bool Repeatable = false,
    int? ValidForDays = null,
    AwardRule? Rule = null,
    string? Image = null,
    string? StatusPurpose = null)
{
    internal AchievementDefinition ToDefinition() => new(
        Name, Description, Criteria, AchievementType, Credit, Level, Alignments, Identifiers, Language, Repeatable, ValidForDays, Rule,
        Image, StatusPurpose);
}

/// <param name="Id">Stable over all versions.</param>
/// <param name="Iri">The same, resolvable.</param>
/// <param name="Version">The published one; 0 before the first.</param>
public sealed record AchievementView(string Id, string Iri, int Version, AchievementDefinition? Published, AchievementDefinition? Draft);

public sealed record AchievementListItem(string Id, string Iri, string Name, string AchievementType, int Version, bool HasDraft);

internal static class AchievementRoutes
{
    public static void MapAchievements(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/credential-issuance/achievements/{id}", DefineAsync).RequireScope(Scopes.Define)
            .WithSummary("Writes the draft of the achievement's next version.").Produces<AchievementView>();
        routes.MapPost("/credential-issuance/achievements/{id}/publish", PublishAsync).RequireScope(Scopes.Define)
            .WithSummary("Makes the draft the version that is awarded from now on.").Produces<AchievementView>();
        routes.MapGet("/credential-issuance/achievements/{id}", GetAsync)
            .RequireScope(Scopes.Define, Scopes.Issue, Scopes.Learners, Scopes.Audit).Produces<AchievementView>();
        routes.MapGet("/credential-issuance/achievements", ListAsync)
            .RequireScope(Scopes.Define, Scopes.Issue, Scopes.Learners, Scopes.Audit).Produces<Page<AchievementListItem>>().ReadsPage().ReadsProjection("achievement_list");
    }

    private static Task<IResult> DefineAsync(
        string id, AchievementRequest request, HttpContext http, CommandEndpoint command, Addresses addresses, TimeProvider clock)
        => command.RunAsync(
            http,
            Achievement.StreamOf(id),
            Achievement.Decider,
            achievement => Define(achievement, id, request.ToDefinition(), clock.GetUtcNow()),
            (achievement, _) => View(http, id, achievement, addresses));

    /// <summary>The image is read here: the domain knows no picture formats.</summary>
    private static Decision Define(Achievement achievement, string id, AchievementDefinition definition, DateTimeOffset now)
    {
        var decision = Achievement.Define(achievement, id, definition, now);
        return decision.Rejection is null && BadgeImages.Flaw(definition) is { } flaw
            ? Rejection.Invalid("image-unreadable", $"The image cannot be read: {flaw}", "Send a PNG or an SVG.", "/image")
            : decision;
    }

    private static Task<IResult> PublishAsync(
        string id, HttpContext http, CommandEndpoint command, IEventStore store, AwardRules rules, Addresses addresses, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            string tenant = http.Caller().Tenant;
            var issuer = await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation);
            var achievement = await store.LoadAsync(tenant, Achievement.StreamOf(id), Achievement.Decider, cancellation);
            var decision = Achievement.Publish(achievement.State, issuer.State, clock.GetUtcNow());
            if (decision.Rejection is { } rejection) return rejection;

            var state = Achievement.Decider.Fold(achievement.State, decision.Events);
            var work = new UnitOfWork(http.EventContext());
            work.Append(Achievement.StreamOf(id), achievement.Version, decision.Events);
            if (decision.Events.Length > 0)
            {
                foreach (var write in rules.Publish(tenant, id, state.Published!)) work.Write(write);
            }

            return new PreparedCommand(
                work, new CommandAnswer(View(http, id, state, addresses), Version: achievement.Version + decision.Events.Length));
        });

    private static async Task<IResult> GetAsync(string id, HttpContext http, IEventStore store, Addresses addresses, CancellationToken cancellation)
    {
        var achievement = await store.LoadAsync(http.Caller().Tenant, Achievement.StreamOf(id), Achievement.Decider, cancellation);
        if (!achievement.State.Exists)
            return Problem.From(Rejection.NotFound("achievement-unknown", $"There is no achievement '{id}'.", "List the achievements with GET /credential-issuance/achievements."));
        http.Response.Headers.ETag = ETags.Of(achievement.Version);
        return TypedResults.Ok(View(http, id, achievement.State, addresses));
    }

    private static async Task<IResult> ListAsync(HttpContext http, TenantReader database, Addresses addresses, CancellationToken cancellation)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        string tenant = http.Caller().Tenant;
        var items = await database.QueryAsync(
            tenant,
            """
            select achievement_id, name, achievement_type, version, has_draft from read.achievement_list_v1
            where tenant_id = $1 and achievement_id > $2 order by achievement_id limit $3
            """,
            [new() { Value = tenant }, new() { Value = page.Value.After ?? "" }, new() { Value = page.Value.Limit + 1 }],
            row => new AchievementListItem(
                row.GetString(0), addresses.Achievement(tenant, row.GetString(0)), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetBoolean(4)),
            cancellation);
        return page.Value.Answer(http, items, item => item.Id);
    }

    private static AchievementView View(HttpContext http, string id, Achievement achievement, Addresses addresses)
        => new(id, addresses.Achievement(http.Caller().Tenant, id), achievement.Version, achievement.Published, achievement.Draft);
}
