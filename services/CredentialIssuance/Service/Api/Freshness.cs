using Pathways.EventStore.Projections;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary><c>?minPosition=</c>: a list that has to know what the caller knows.</summary>
internal static class Freshness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Null when the projection is there, else the problem to answer.</summary>
    public static async Task<IResult?> WaitAsync(
        HttpContext http, ProjectionProgress progress, string projection, long? minPosition, CancellationToken cancellation)
    {
        if (minPosition is not { } position || await progress.WaitForPositionAsync(projection, position, Patience, cancellation)) return null;
        http.Response.Headers.RetryAfter = "1";
        return Problem.Of(ProblemCodes.ProjectionBehind);
    }
}
