using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Pathways.WebDefaults;

/// <summary>
/// Names the framework's request span after the route's template, by OpenTelemetry's conventions. The template and not
/// the path: a path holds ids.
/// </summary>
internal static class RequestTelemetry
{
    public static async Task NameAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span) Name(span, http);
        }
    }

    private static void Name(Activity span, HttpContext http)
    {
        string method = http.Request.Method;
        string? route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        int status = http.Response.StatusCode;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        span.SetTag("pathways.correlation_id", http.CorrelationId());
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }
}
