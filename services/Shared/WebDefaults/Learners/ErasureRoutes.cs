using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>Every service forgets a learner on an operator's word. Those that know nothing of the learner say so.</summary>
internal static class ErasureRoutes
{
    private const int LongestReason = 500;

    public static void MapErasure(this IEndpointRouteBuilder routes, ServiceDefinition definition)
        => routes.MapPost($"/{definition.Name}/learners/{{learnerId}}/erase", EraseAsync).RequireScope(Scopes.Operator).WithTags("learners")
            .WithSummary("Erases a learner here: the key is destroyed and what showed the learner is gone; every proof of the log still holds. A call that was given up for its length has got on: repeat it.")
            .Produces<ErasureView>();

    private static async Task<IResult> EraseAsync(string learnerId, ErasureRequest request, HttpContext http, PersonErasure erasure)
    {
        if (http.Caller().Tenant == Caller.AllTenants) return Problem.Of(ProblemCodes.TenantRequired);
        if (string.IsNullOrWhiteSpace(request.Reason))
            return Rejection.Invalid("reason-missing", "A learner is erased for a reason.", "Say why, without personal data.", "/reason").ToProblem();
        if (request.Reason.Length > LongestReason)
            return Rejection.Invalid("reason-too-long", $"The reason is at most {LongestReason} characters.", "Shorten it.", "/reason").ToProblem();
        var erased = await erasure.EraseAsync(http.EventContext(), learnerId, request.Reason, http.RequestAborted);
        return erased.IsAccepted
            ? TypedResults.Ok(new ErasureView(erased.Value.Subject, erased.Value.KeyDestroyed, erased.Value.ErasedBefore, erased.Value.Cleared))
            : Problem.From(erased.Rejection);
    }
}

/// <param name="Reason">Kept with the event; no personal data.</param>
public sealed record ErasureRequest(string Reason);

/// <param name="KeyDestroyed">False when there was none: the learner was never known here, or is erased already.</param>
/// <param name="ErasedBefore">When an earlier call destroyed it; null when none did.</param>
/// <param name="Cleared">What else was taken away by this call, by kind.</param>
public sealed record ErasureView(string LearnerId, bool KeyDestroyed, DateTimeOffset? ErasedBefore, IReadOnlyDictionary<string, int> Cleared);
