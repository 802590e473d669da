using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Pathways;
using Pathways.PathwayStacking.Stacks;
using Pathways.WebDefaults;

namespace Pathways.PathwayStacking.Api;

/// <summary>A registrar's exceptions for one stack, and the change of the pathway's version it is judged by.</summary>
internal static class Intervening
{
    public static void MapIntervening(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/pathway-stacking/stacks/{stackId}/interventions", GrantAsync).RequireScope(Scopes.Recognise)
            .Produces<InterventionAnswer>(StatusCodes.Status201Created).WithSummary("Waive, attest, substitute, force, forbid, lock, or change a limit, for one stack");
        routes.MapPost("/pathway-stacking/stacks/{stackId}/interventions/{interventionId}/lift", LiftAsync).RequireScope(Scopes.Recognise)
            .Produces<InterventionAnswer>().WithSummary("The exception counts no more");
        routes.MapPost("/pathway-stacking/stacks/{stackId}/version", ChangeVersionAsync).RequireScope(Scopes.Recognise)
            .Produces<InterventionAnswer>().WithSummary("Judge the stack by another version of its pathway");
    }

    private static Task<IResult> GrantAsync(
        HttpContext http, CommandEndpoint commands, StackKeeper stacks, PathwayLibrary library, TimeProvider clock, string stackId, InterventionRequest request)
        => ChangeAsync(
            http, commands, stacks, library, clock, stackId, StatusCodes.Status201Created,
            _ => new GrantIntervention(
                new(request.Id, request.Kind, request.ComponentId, request.EvidenceId, request.Condition, request.Limit, request.Author, request.Authority, request.Reason, request.ExpiresAt?.ToUniversalTime()),
                request.Evidence?.AsEvidence(clock.GetUtcNow())));

    private static Task<IResult> LiftAsync(
        HttpContext http, CommandEndpoint commands, StackKeeper stacks, PathwayLibrary library, TimeProvider clock, string stackId, string interventionId, LiftRequest request)
        => ChangeAsync(http, commands, stacks, library, clock, stackId, StatusCodes.Status200OK, _ => new LiftIntervention(interventionId, request.Author, request.Reason));

    private static Task<IResult> ChangeVersionAsync(
        HttpContext http, CommandEndpoint commands, StackKeeper stacks, PathwayLibrary library, IEventStore store, TimeProvider clock, string stackId, VersionRequest request)
        => commands.CommitAsync(http, async cancellation =>
        {
            var tenant = http.Caller().Tenant;
            if (string.IsNullOrWhiteSpace(request.Reason)) return Rejection.Invalid("reason-missing", "Another version needs a reason.", "Say why the version changes.", "/reason");
            var stack = await stacks.LoadAsync(tenant, stackId, cancellation);
            if (stack.State.Enrolment is not { } enrolment) return StackRoutes.Unknown(stackId);
            var version = request.Version ?? (await library.LatestAsync(tenant, enrolment.PathwayId, cancellation)).State.Published!.Version;
            var pathway = await library.VersionAsync(tenant, enrolment.PathwayId, version, cancellation);
            if (!pathway.IsAccepted) return pathway.Rejection;
            // What did not concern the old version may concern the new one.
            var portfolio = await store.LoadAsync(tenant, Portfolio.StreamOf(enrolment.LearnerId), Portfolio.Decider, cancellation);
            var decision = StackDecider.Decide(stack.State, new ChangePathwayVersion(version, request.Reason, [.. portfolio.State.Valid]), pathway.Value, clock.GetUtcNow());
            if (decision.Rejection is { } refused) return refused;
            var work = new UnitOfWork(http.EventContext());
            return new PreparedCommand(work, Answer(stackId, stacks.Append(work, stack, decision, pathway.Value, stackId), StatusCodes.Status200OK));
        });

    private static Task<IResult> ChangeAsync(
        HttpContext http, CommandEndpoint commands, StackKeeper stacks, PathwayLibrary library, TimeProvider clock, string stackId, int status, Func<StackState, StackCommand> command)
        => commands.CommitAsync(http, async cancellation =>
        {
            var tenant = http.Caller().Tenant;
            var stack = await stacks.LoadAsync(tenant, stackId, cancellation);
            if (stack.State.Enrolment is not { } enrolment) return StackRoutes.Unknown(stackId);
            var pathway = await library.VersionAsync(tenant, enrolment.PathwayId, stack.State.PathwayVersion, cancellation);
            if (!pathway.IsAccepted) return pathway.Rejection;
            var decision = StackDecider.Decide(stack.State, command(stack.State), pathway.Value, clock.GetUtcNow());
            if (decision.Rejection is { } refused) return refused;
            var work = new UnitOfWork(http.EventContext());
            return new PreparedCommand(work, Answer(stackId, stacks.Append(work, stack, decision, pathway.Value, stackId), status));
        });

    private static CommandAnswer Answer(string stackId, StackState state, int status)
    {
        var decision = state.LastEvaluation!;
        return new(
            new InterventionAnswer(stackId, state.PathwayVersion, VerdictNames.Of(decision.Verdict), decision.DecisionHash, [.. state.Interventions.Values]),
            status, Location: status == StatusCodes.Status201Created ? $"/pathway-stacking/stacks/{stackId}" : null);
    }
}

/// <param name="Id">Chosen by the caller, unique in the stack: sending it again changes nothing.</param>
/// <param name="Author">Who decides: an account's id, no personal data.</param>
/// <param name="Authority">In which office or under which rule.</param>
/// <param name="Condition">Of a changed limit: <c>1</c> the component's first condition, <c>1.2</c> the second nested in it.</param>
/// <param name="Evidence">What a substitution or a use is about, when the stack does not hold it yet.</param>
public sealed record InterventionRequest(
    string Id, InterventionKind Kind, string ComponentId, string Author, string Authority, string Reason, string? EvidenceId = null, string? Condition = null, int? Limit = null,
    DateTimeOffset? ExpiresAt = null, EvidenceRequest? Evidence = null);

public sealed record LiftRequest(string Author, string Reason);

/// <param name="Version">Null for the latest.</param>
public sealed record VersionRequest(string Reason, int? Version = null);

/// <param name="Interventions">Those that count now or until they expire.</param>
public sealed record InterventionAnswer(string StackId, int PathwayVersion, string Verdict, string DecisionHash, IReadOnlyList<Intervention> Interventions);

/// <summary>Evidence that no event has brought.</summary>
public sealed record EvidenceRequest(
    string Id, string AchievementId, string? Name = null, IReadOnlyList<string>? Identifiers = null, string? Issuer = null, decimal? Credits = null, string? CreditUnit = null,
    string? Level = null, string? Grade = null, DateTimeOffset? AwardedAt = null, DateTimeOffset? ValidUntil = null, IReadOnlyList<string>? Competencies = null, IReadOnlyList<string>? Areas = null)
{
    internal Evidence AsEvidence(DateTimeOffset now) => new(
        Id, EvidenceKind.Credential, AchievementId, Identifiers ?? [], Name, Issuer, Credits, CreditUnit, Level, Grade, null, (AwardedAt ?? now).ToUniversalTime(), ValidUntil?.ToUniversalTime(),
        Competencies: Competencies, Areas: Areas);
}
