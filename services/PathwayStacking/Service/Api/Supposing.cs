using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;
using Pathways.PathwayStacking.Stacks;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>What if: decisions about what is not so. Nothing is stored.</summary>
internal static class Supposing
{
    private const int MostPlanned = 100;
    private const int MostOffers = 200;

    public static void MapSupposing(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/pathway-stacking/stacks/{stackId}/what-if", SupposeAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.Advising)
            .Produces<OutlookAnswer>().WithSummary("The decision with planned evidence, without some, with other exceptions, or in another pathway");
        routes.MapPost("/pathway-stacking/stacks/{stackId}/next-best", RankAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.Advising)
            .Produces<IReadOnlyList<NextBest>>().WithSummary("Which offers bring the stack closest to its goal for their cost");
    }

    private static async Task<IResult> SupposeAsync(
        HttpContext http, StackKeeper stacks, PathwayLibrary library, IEventStore store, TimeProvider clock, string stackId, SuppositionRequest request)
    {
        var now = clock.GetUtcNow();
        var planned = (request.Planned ?? []).Select(evidence => evidence.AsEvidence(now)).ToList();
        if (planned.Count > MostPlanned) return Problem.From(Rejection.Invalid("too-much-planned", $"{planned.Count} pieces of evidence; {MostPlanned} are possible.", "Suppose less at once.", "/planned"));
        var current = await CurrentAsync(http, stacks, library, stackId, now);
        if (!current.IsAccepted) return Problem.From(current.Rejection);
        var (reference, pathway, evidence, kept) = current.Value;

        CompiledPathway? other = null;
        if (request.PathwayId is not null || request.PathwayVersion is not null)
        {
            var tenant = http.Caller().Tenant;
            var pathwayId = request.PathwayId ?? reference.PathwayId;
            var latest = (await library.LatestAsync(tenant, pathwayId, http.RequestAborted)).State.Published;
            if (latest is null) return Problem.From(PathwayRoutes.Unknown(pathwayId));
            var version = await library.VersionAsync(tenant, pathwayId, request.PathwayVersion ?? latest.Version, http.RequestAborted);
            if (!version.IsAccepted) return Problem.From(version.Rejection);
            other = version.Value;
            // Another pathway looks at everything that the learner holds and that could have come in.
            var portfolio = await store.LoadAsync(tenant, Portfolio.StreamOf(reference.LearnerId), Portfolio.Decider, http.RequestAborted);
            evidence = [.. evidence.Concat(portfolio.State.Valid.Where(held => held.Refuse() is null)).DistinctBy(held => held.Id)];
        }

        var interventions = (request.Interventions ?? []).Select(supposed => supposed.AsIntervention()).ToList();
        foreach (var supposed in interventions)
        {
            if (supposed.Refuse((other ?? pathway).Pathway) is { } senseless) return Problem.From(senseless);
        }

        var supposition = new Supposition(planned, request.Without, interventions);
        if (supposition.Refuse(evidence, now) is { } refused) return Problem.From(refused);
        var outlook = WhatIf.Suppose(reference, pathway, evidence, supposition, now, other, kept);
        return TypedResults.Ok(new OutlookAnswer(outlook.Differences, outlook.Actual, outlook.Supposed));
    }

    private static async Task<IResult> RankAsync(HttpContext http, StackKeeper stacks, PathwayLibrary library, TimeProvider clock, string stackId, OffersRequest request)
    {
        if (request.Offers.Count > MostOffers) return Problem.From(Rejection.Invalid("too-many-offers", $"{request.Offers.Count} offers; {MostOffers} are possible.", "Ask about fewer at once.", "/offers"));
        var offers = request.Offers.Select(offer => new Offer(offer.AchievementId, offer.Name ?? offer.AchievementId, offer.Identifiers ?? [], offer.Credits, offer.CreditUnit, offer.Level, offer.Cost)).ToList();
        foreach (var (index, offer) in offers.Index())
        {
            if (offer.Refuse() is { } refused) return Problem.From(refused with { Place = $"/offers/{index}{refused.Place}" });
        }

        var now = clock.GetUtcNow();
        var current = await CurrentAsync(http, stacks, library, stackId, now);
        if (!current.IsAccepted) return Problem.From(current.Rejection);
        return TypedResults.Ok(WhatIf.Rank(current.Value.Pathway, current.Value.Evidence, offers, now));
    }

    private static async Task<Result<Current>> CurrentAsync(HttpContext http, StackKeeper stacks, PathwayLibrary library, string stackId, DateTimeOffset now)
    {
        var tenant = http.Caller().Tenant;
        var stack = await stacks.LoadAsync(tenant, stackId, http.RequestAborted);
        if (stack.State.Enrolment is not { } enrolment) return StackRoutes.Unknown(stackId);
        http.Disclose([enrolment.LearnerId]);
        var version = await library.VersionAsync(tenant, enrolment.PathwayId, stack.State.PathwayVersion, http.RequestAborted);
        return version.IsAccepted
            ? new Current(stack.State.Reference, version.Value.With(stack.State.InterventionsAt(now)), [.. stack.State.ValidAt(now)], stack.State.LastEvaluation?.Uses)
            : version.Rejection;
    }

    private sealed record Current(StackReference Reference, CompiledPathway Pathway, IReadOnlyList<Evidence> Evidence, IReadOnlyList<EvidenceUse>? Kept);
}

/// <param name="Planned">What the learner would hold as well.</param>
/// <param name="Without">Ids of evidence that would be gone.</param>
/// <param name="PathwayId">Another pathway; null for the same.</param>
/// <param name="PathwayVersion">Another version; null for the stack's, or the other pathway's latest.</param>
public sealed record SuppositionRequest(
    IReadOnlyList<EvidenceRequest>? Planned = null, IReadOnlyList<string>? Without = null, IReadOnlyList<SupposedIntervention>? Interventions = null,
    string? PathwayId = null, int? PathwayVersion = null);

public sealed record SupposedIntervention(InterventionKind Kind, string ComponentId, string? EvidenceId = null, string? Condition = null, int? Limit = null)
{
    internal Intervention AsIntervention() => new($"what-if {Kind} {ComponentId} {EvidenceId}{Condition}", Kind, ComponentId, EvidenceId, Condition, Limit, "what-if", "what-if", "what-if");
}

/// <param name="Differences">In sentences.</param>
public sealed record OutlookAnswer(IReadOnlyList<string> Differences, StackEvaluated Actual, StackEvaluated Supposed);

public sealed record OffersRequest(IReadOnlyList<OfferRequest> Offers);

/// <param name="Cost">In hours, credits or money; all offers of one question in the same.</param>
public sealed record OfferRequest(
    string AchievementId, decimal Cost, string? Name = null, IReadOnlyList<string>? Identifiers = null, decimal? Credits = null, string? CreditUnit = null, string? Level = null);
