using Microsoft.AspNetCore.Http;

namespace Pathways.WebDefaults;

/// <summary>What every answer carries, problem or not.</summary>
internal static class AnswerHeaders
{
    public static Task AddAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["X-Request-Id"] = http.CorrelationId();
            return Task.CompletedTask;
        });
        return next(http);
    }
}
