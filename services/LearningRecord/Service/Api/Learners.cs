using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>Learners by their pseudonym.</summary>
internal static class Learners
{
    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapPost("/learning-record/learners/lookup", LookUp).RequireScope(Scopes.Learners)
            .WithName("LookUpLearner").WithSummary("The pseudonymous id of the learner that an xAPI actor identifies.");

    private static IResult LookUp(HttpContext http, LearnerLookup lookup, Pseudonyms pseudonyms)
    {
        if (StatementRules.CheckActor(lookup.Actor) is { } breach) return (breach with { Place = "/actor" + breach.Place, Remedy = "Name the learner by an xAPI agent with exactly one identifier: mbox, mbox_sha1sum, openid or account." }).ToProblem();
        return Identity.Of(lookup.Actor) is { } identity
            ? Results.Ok(new LearnerFound(pseudonyms.LearnerId(http.Caller().Tenant, identity)))
            : Rejection.Invalid("statement-invalid", "A group without an identifier is nobody in particular.", "Name one person, or a group that has an identifier.", "/actor").ToProblem();
    }
}

internal sealed record LearnerLookup(JsonElement Actor);

internal sealed record LearnerFound(string LearnerId);
