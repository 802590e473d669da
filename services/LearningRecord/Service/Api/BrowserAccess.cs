namespace Pathways.LearningRecord.Api;

/// <summary>
/// Activity providers run in the learner's browser, on their publisher's pages: these may call what they need (Fetch standard,
/// section 3.3). Any origin may, for no browser sends anything by itself that would let it in: credentials are sent by name.
/// </summary>
internal sealed class BrowserAccess : IStartupFilter
{
    private const string Methods = "GET, HEAD, PUT, POST, DELETE";
    private const string Asked = "Authorization, Content-Type, If-Match, If-None-Match, " + XapiProtocol.VersionHeader;
    private const string Shown = "ETag, Last-Modified, Retry-After, " + XapiProtocol.VersionHeader + ", " + XapiProtocol.ConsistentHeader;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(IsForProviders, providers => providers.Use(HandleAsync));
        next(app);
    };

    private static bool IsForProviders(HttpContext http)
        => http.Request.Headers.ContainsKey("Origin") && (http.Request.Path.StartsWithSegments("/xapi") || http.Request.Path == "/learning-record/cmi5/fetch");

    private static Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        // Late, for what handles a fault clears the headers before it answers.
        http.Response.OnStarting(() =>
        {
            headers["Access-Control-Allow-Origin"] = "*";
            headers["Access-Control-Expose-Headers"] = Shown;
            return Task.CompletedTask;
        });
        if (!HttpMethods.IsOptions(http.Request.Method) || !http.Request.Headers.ContainsKey("Access-Control-Request-Method")) return next(http);
        headers["Access-Control-Allow-Methods"] = Methods;
        headers["Access-Control-Allow-Headers"] = Asked;
        headers["Access-Control-Max-Age"] = "3600";
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
