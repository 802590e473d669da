using Microsoft.Extensions.Primitives;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>
/// What holds for everything below <c>/xapi</c>, before routing: the version header both ways, and how far answers are
/// consistent. It stands outside of the routes because refusals (401, 404, 405) carry the headers too.
/// </summary>
internal sealed class XapiProtocol(XapiSettings settings, StoredClock clock) : IStartupFilter
{
    public const string VersionHeader = "X-Experience-API-Version";
    public const string ConsistentHeader = "X-Experience-API-Consistent-Through";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/xapi"), xapi => xapi.Use(HandleAsync));
        next(app);
    };

    private async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        var asked = http.Request.Headers[VersionHeader];
        var form = await AlternateSyntax.ApplyAsync(http);
        bool isForm = form is { IsAccepted: true, Value: true };
        if (isForm) asked = http.Request.Headers[VersionHeader];
        var version = XapiVersions.Parse(asked);
        http.Response.Headers[VersionHeader] = (version ?? settings.DefaultVersion).Text();
        http.Items[typeof(XapiVersion)] = version ?? settings.DefaultVersion;
        if (http.Request.Path.StartsWithSegments("/xapi/statements"))
        {
            // Told before the answer is read, so it is never later than what the answer shows.
            http.Response.Headers[ConsistentHeader] = XapiTimestamp.Format(clock.ConsistentThrough());
        }
        if ((form.Rejection ?? Refusal(http, asked, version, isForm)) is { } refusal)
        {
            await refusal.ToProblem().ExecuteAsync(http);
            return;
        }
        await next(http);
    }

    private static Rejection? Refusal(HttpContext http, StringValues asked, XapiVersion? version, bool isForm)
    {
        if (version is null && !http.Request.Path.StartsWithSegments("/xapi/about"))
        {
            return Rejection.Invalid(
                "unsupported-xapi-version",
                asked.Count == 0 ? $"The header {VersionHeader} is missing." : $"'{asked}' is not a version that is spoken here.",
                "Send 2.0.0 or 1.0.3.",
                VersionHeader);
        }
        return http.Request.Query.ContainsKey("method") && !isForm
            ? Rejection.Invalid("unknown-parameter", "The alternate request syntax (?method=) belongs to xAPI 1.0.3, and to POST with a form.", "Send the request itself, without 'method'.", "method")
            : null;
    }
}

/// <summary>Settings of the record store.</summary>
internal sealed class XapiSettings(IConfiguration configuration)
{
    /// <summary>The version of answers to requests that name none.</summary>
    public XapiVersion DefaultVersion { get; } =
        XapiVersions.Parse(configuration["Xapi:DefaultVersion"] ?? configuration["PATHWAYS_XAPI_DEFAULT_VERSION"]) ?? XapiVersion.V200;

    /// <summary>Home page of the accounts that clients sign as authority with.</summary>
    public string Origin { get; } = (configuration["Pathways:PublicOrigin"] ?? "https://pathways.example").TrimEnd('/');
}

internal static class XapiRequests
{
    public static XapiVersion XapiVersion(this HttpContext http) => (XapiVersion)http.Items[typeof(XapiVersion)]!;
}
