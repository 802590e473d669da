using System.ComponentModel;
using Npgsql;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;
using Pathways.PathwayStacking.Stacks;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>Stacks: what is met, by what, what is missing, and what would come next.</summary>
internal static class StackRoutes
{
    public static void MapStacks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pathway-stacking/stacks", ListAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.Advising)
            .Produces<Page<ListedStack>>().ReadsPage().ReadsProjection("stack_list").WithSummary("Stacks, by learner or by pathway");
        routes.MapGet("/pathway-stacking/stacks/{stackId}", GetAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.Advising)
            .Produces<StackView>().WithSummary("One stack with its last decision");
        routes.MapGet("/pathway-stacking/stacks/{stackId}/explanation", ExplainAsync).RequireScope(Scopes.Learners, Scopes.Audit).RecordsDisclosure(Purpose.Advising)
            .Produces<Explanation>().WithSummary("The last decision in plain words, for a learner, a registrar or an auditor");
    }

    private static async Task<IResult> ListAsync(HttpContext http, TenantReader reader, string? learnerId = null, string? pathwayId = null)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        var stacks = await reader.QueryAsync(
            http.Caller().Tenant,
            """
            select stack_id, learner_id, pathway_id, pathway_version, verdict, requirements_met, requirements_total, decision_hash, evaluated_at
            from read.stack_list_v1
            where stack_id > @after and (@learner = '' or learner_id = @learner) and (@pathway = '' or pathway_id = @pathway)
            order by stack_id limit @limit
            """,
            [
                new NpgsqlParameter("after", page.Value.After ?? ""), new NpgsqlParameter("learner", learnerId ?? ""),
                new NpgsqlParameter("pathway", pathwayId ?? ""), new NpgsqlParameter("limit", page.Value.Limit + 1),
            ],
            row => new ListedStack(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetString(4), row.GetInt32(5), row.GetInt32(6),
                row.GetString(7), row.GetFieldValue<DateTimeOffset>(8)),
            http.RequestAborted);
        http.Disclose(stacks.Take(page.Value.Limit).Select(stack => stack.LearnerId));
        return page.Value.Answer(http, stacks, stack => stack.StackId);
    }

    private static async Task<IResult> ExplainAsync(HttpContext http, StackKeeper stacks, PathwayLibrary library, string stackId, string @for = "learner")
    {
        if (!Enum.TryParse<Audience>(@for, ignoreCase: true, out var audience) || !Enum.IsDefined(audience))
            return Problem.From(Rejection.Invalid("unknown-audience", $"'{@for}' is nobody to explain it to.", "Ask for learner, registrar or auditor.", "for"));
        var tenant = http.Caller().Tenant;
        var stack = await stacks.LoadAsync(tenant, stackId, http.RequestAborted);
        if (stack.State is not { Enrolment: { } enrolment, LastEvaluation: { } decision }) return Problem.From(Unknown(stackId));
        http.Disclose([enrolment.LearnerId]);
        var version = await library.VersionAsync(tenant, enrolment.PathwayId, stack.State.PathwayVersion, http.RequestAborted);
        if (!version.IsAccepted) return Problem.From(version.Rejection);
        var pathway = version.Value.With(stack.State.InterventionsAt(decision.EvaluatedAt));
        return TypedResults.Ok(Explanation.Of(audience, pathway, decision, [.. stack.State.ValidAt(decision.EvaluatedAt)]));
    }

    internal static Rejection Unknown(string stackId) => Rejection.NotFound("stack-not-found", $"There is no stack '{stackId}'.", "List the stacks with GET /pathway-stacking/stacks.");

    private static async Task<IResult> GetAsync(HttpContext http, StackKeeper stacks, TimeProvider clock, string stackId)
    {
        var stack = await stacks.LoadAsync(http.Caller().Tenant, stackId, http.RequestAborted);
        if (stack.State is not { Enrolment: { } enrolment, LastEvaluation: { } decision }) return Problem.From(Unknown(stackId));
        http.Disclose([enrolment.LearnerId]);
        http.Response.Headers.ETag = $"\"{stack.Version}\"";
        return TypedResults.Ok(new StackView(
            stackId, enrolment.LearnerId, enrolment.PathwayId, stack.State.PathwayVersion, VerdictNames.Of(decision.Verdict),
            [.. stack.State.Completed.Order(StringComparer.Ordinal)], [.. stack.State.Interventions.Values], decision,
            [.. stack.State.AheadAt(clock.GetUtcNow()).Select(ahead => new EvidenceAhead(ahead.Id, ahead.Name, ahead.AwardedAt, ahead.CountsFrom()))]));
    }
}

public sealed record ListedStack(
    string StackId, string LearnerId, string PathwayId, int PathwayVersion, string Verdict,
    [property: Description("Of requirementsTotal, along the way that the decision proposes")] int RequirementsMet, int RequirementsTotal,
    string DecisionHash, DateTimeOffset EvaluatedAt);

/// <param name="Completed">Destination components that are complete.</param>
/// <param name="Interventions">Exceptions that were granted and not lifted.</param>
/// <param name="Decision">The last decision, whole: what is met and by what, what is missing and why, what to do next.</param>
/// <param name="DatedInTheFuture">What is held and does not count yet; the stack is judged anew when it does.</param>
public sealed record StackView(
    string StackId, string LearnerId, string PathwayId, int PathwayVersion, string Verdict, IReadOnlyList<string> Completed,
    IReadOnlyList<Intervention> Interventions, StackEvaluated Decision, IReadOnlyList<EvidenceAhead> DatedInTheFuture);

public sealed record EvidenceAhead(string EvidenceId, string? Name, DateTimeOffset AwardedAt, DateTimeOffset CountsFrom);
