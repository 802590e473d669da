using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore.Projections;

namespace Pathways.WebDefaults;

/// <summary>Lets a caller who knows a log position wait, a moment, for the read model to have reached it.</summary>
public static class MinPosition
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The route answers from this projection, and takes <c>?minPosition=</c>.</summary>
    /// <param name="projection">Its name without the version: <c>award_list</c>.</param>
    public static RouteHandlerBuilder ReadsProjection(this RouteHandlerBuilder route, string projection)
        => route.ReadsQuery("minPosition", "Wait, a moment, until the list has come to this position of the log", isNumber: true).AddEndpointFilter(async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            string text = http.Request.Query["minPosition"].ToString();
            if (text.Length == 0) return await next(invocation);
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long position))
                return Problem.Of(ProblemCodes.InvalidRequest, "minPosition is a position of the log: a whole number.", "minPosition");

            var progress = http.RequestServices.GetRequiredService<ProjectionProgress>();
            if (await progress.WaitForPositionAsync(projection, position, Patience, http.RequestAborted)) return await next(invocation);
            http.Response.Headers.RetryAfter = "1";
            return Problem.Of(ProblemCodes.ProjectionBehind);
        });
}
