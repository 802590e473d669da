using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;
using Pathways.PathwayStacking.Stacks;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>A learner goes for a pathway: the stack begins with what the learner holds already.</summary>
internal static class Enrolling
{
    /// <summary>One learner has one stack per pathway: the id follows from both.</summary>
    private static readonly Guid Namespace = new("7d0c3c5e-3b0e-5e0a-9c39-7f3d6a1f0b42");

    public static void MapEnrolling(this IEndpointRouteBuilder routes)
        => routes.MapPost("/pathway-stacking/enrolments", EnrolAsync).RequireScope(Scopes.Learners)
            .Produces<EnrolledAnswer>(StatusCodes.Status201Created).WithSummary("Enrol a learner in the version of a pathway that is in force for the cohort");

    private static Task<IResult> EnrolAsync(
        HttpContext http, CommandEndpoint commands, IEventStore store, StackKeeper stacks, PathwayLibrary library, TimeProvider clock, EnrolRequest request)
        => commands.CommitAsync(http, async cancellation =>
        {
            var tenant = http.Caller().Tenant;
            if (string.IsNullOrWhiteSpace(request.LearnerId)) return Rejection.Invalid("learner-missing", "Nobody is named.", "Say who enrols.", "/learnerId");
            var latest = (await library.LatestAsync(tenant, request.PathwayId, cancellation)).State;
            if (latest.Published is null) return PathwayRoutes.Unknown(request.PathwayId);
            if (latest.IsRetired) return Rejection.Conflict("pathway-retired", "This pathway takes no further learners.", "Enrol in the pathway that replaces it.");
            if (latest.InForce(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), request.Cohort) is not { } published)
                return Rejection.Conflict("no-version-in-force", "No version of this pathway is in force today for this cohort.", "List the versions with GET /pathway-stacking/pathways/{id}/versions, and name the cohort.");
            var pathway = await library.VersionAsync(tenant, request.PathwayId, published.Version, cancellation);
            if (!pathway.IsAccepted) return pathway.Rejection;

            var stackId = DeterministicId.From(Namespace, $"{tenant}/{request.LearnerId}/{request.PathwayId}").ToString();
            var answer = new EnrolledAnswer(stackId, request.LearnerId, request.PathwayId, published.Version);
            var portfolioStream = Portfolio.StreamOf(request.LearnerId);
            var portfolio = await store.LoadAsync(tenant, portfolioStream, Portfolio.Decider, cancellation);
            var opened = Portfolio.Open(portfolio.State, stackId, request.PathwayId, published.Version);
            if (opened.Rejection is { } enrolledAlready) return enrolledAlready;

            var stack = await stacks.LoadAsync(tenant, stackId, cancellation);
            var enrol = new EnrolLearner(stackId, request.LearnerId, request.PathwayId, published.Version, [.. portfolio.State.Valid]);
            var decision = StackDecider.Decide(stack.State, enrol, pathway.Value, clock.GetUtcNow());
            if (decision.Rejection is { } refused) return refused;

            var work = new UnitOfWork(http.EventContext());
            work.Append(portfolioStream, portfolio.Version, opened.Events);
            stacks.Append(work, stack, decision, pathway.Value, stackId);
            return new PreparedCommand(work, new CommandAnswer(answer, StatusCodes.Status201Created, Location: $"/pathway-stacking/stacks/{stackId}"));
        });
}

/// <param name="Cohort">The learner's catalogue year or the like; decides which version is in force.</param>
public sealed record EnrolRequest(string LearnerId, string PathwayId, string? Cohort = null);

public sealed record EnrolledAnswer(string StackId, string LearnerId, string PathwayId, int PathwayVersion);
