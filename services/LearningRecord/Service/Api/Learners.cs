using System.Text.Json;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>Learners by their pseudonym: looking it up, and erasing what is known of one.</summary>
internal static class Learners
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/learning-record/learners/lookup", LookUp).RequireScope(Scopes.Learners)
            .WithName("LookUpLearner").WithSummary("The pseudonymous id of the learner that an xAPI actor identifies.");
        routes.MapDelete("/learning-record/learners/{learnerId}", EraseAsync).RequireScope(Scopes.Operator)
            .WithName("EraseLearner").WithSummary("Erase a learner: the key is destroyed, statements are gone from every answer, achievements are withdrawn.");
    }

    private static IResult LookUp(HttpContext http, LearnerLookup lookup, Pseudonyms pseudonyms)
    {
        if (StatementRules.CheckActor(lookup.Actor) is { } breach) return (breach with { Place = "/actor" + breach.Place }).ToProblem();
        return Identity.Of(lookup.Actor) is { } identity
            ? Results.Ok(new LearnerFound(pseudonyms.LearnerId(http.Caller().Tenant, identity)))
            : Rejection.Invalid("statement-invalid", "A group without an identifier is nobody in particular.", place: "/actor").ToProblem();
    }

    private static async Task<IResult> EraseAsync(HttpContext http, string learnerId, LearnerErasure erasure)
    {
        if (http.Caller().Tenant == Caller.AllTenants) return Problem.Of(ProblemCodes.TenantRequired);
        return await erasure.EraseAsync(http.EventContext(), learnerId, http.RequestAborted) is { } rejection ? rejection.ToProblem() : Results.NoContent();
    }
}

internal sealed record LearnerLookup(JsonElement Actor);

internal sealed record LearnerFound(string LearnerId);
