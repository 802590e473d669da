using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore.Projections;

namespace Pathways.WebDefaults;

/// <summary>
/// Lets a caller read its own write: the answer of a command names its last event, and a list that follows the log waits, a moment,
/// until it has come to it.
/// </summary>
public static class MinPosition
{
    /// <summary>Of a command's answer, when the command wrote anything.</summary>
    public const string Header = "X-Last-Event-Id";

    internal const string HeaderDescription = "The last event that the command wrote: a list that is asked with it as minPosition shows the write. Absent when it wrote none";

    private const string Parameter = "minPosition";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The route answers from this projection, and takes <c>?minPosition=</c>.</summary>
    /// <param name="projection">Its name without the version: <c>award_list</c>.</param>
    public static RouteHandlerBuilder ReadsProjection(this RouteHandlerBuilder route, string projection)
        => route
            .ReadsQuery(Parameter, $"The {Header} of a command's answer, or a position of the log: wait, a moment, until the list has come to it")
            .AddEndpointFilter(async (invocation, next) => await RefuseAsync(invocation.HttpContext, projection) ?? await next(invocation));

    /// <summary>Null when the projection is there.</summary>
    private static async Task<Problem?> RefuseAsync(HttpContext http, string projection)
    {
        string text = http.Request.Query[Parameter].ToString();
        if (text.Length == 0) return null;
        var progress = http.RequestServices.GetRequiredService<ProjectionProgress>();
        bool? reached;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long position))
            reached = await progress.WaitForPositionAsync(projection, position, Patience, http.RequestAborted);
        else if (Guid.TryParseExact(text, "D", out var eventId))
            reached = await progress.WaitForEventAsync(projection, http.Caller().Tenant, eventId, Patience, http.RequestAborted);
        else
            return Problem.Of(ProblemCodes.InvalidRequest, $"minPosition is the {Header} of a command's answer, or a position of the log: a whole number.", Parameter);

        if (reached is null) return Problem.Of(ProblemCodes.UnknownPosition, $"The log of this service has no event {text} of this institution.", Parameter);
        if (reached.Value) return null;
        http.Response.Headers.RetryAfter = "1";
        return Problem.Of(ProblemCodes.ProjectionBehind);
    }
}
