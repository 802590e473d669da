using System.Text.Json.Serialization;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.Access.Tokens;

/// <summary>An error as OAuth clients understand it (RFC 6749, 5.2), which is not a problem document.</summary>
public sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description,
    [property: JsonIgnore] int Status = 400) : IResult
{
    /// <summary>What an operator can mend is told as a problem document (RFC 9457) too, with OAuth's members in it.</summary>
    [JsonIgnore]
    public Problem? Problem { get; init; }

    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown, revoked, or its secret is wrong.", 401);

    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    /// <summary>A mistyped tenant would otherwise be an institution of its own, in which everything is missing.</summary>
    public static OAuthError UnknownTenant(string tenant) => InvalidRequest($"There is no tenant '{tenant}'.") with
    {
        Problem = WebDefaults.Problem.From(Rejection.Invalid(
            "tenant-unknown", $"There is no tenant '{tenant}'.",
            "Correct the name: GET /access/tenants (deploy/pathways tenant list) tells which there are, and POST /access/tenants (deploy/pathways tenant add NAME) adds one.", "tenant")),
    };

    public static OAuthError UnsupportedGrantType(string description) => new("unsupported_grant_type", description);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.CacheControl = "no-store";
        if (Status == StatusCodes.Status401Unauthorized) httpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"pathways\", charset=\"UTF-8\"";
        if (Problem is null) return httpContext.Response.WriteAsJsonAsync(this, httpContext.RequestAborted);
        return (Problem with { Members = new Dictionary<string, object> { ["error"] = Error, ["error_description"] = Description } }).ExecuteAsync(httpContext);
    }
}
