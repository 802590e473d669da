using System.Text.Json.Serialization;
using Pathways.Access.Tenants;

namespace Pathways.Access.Tokens;

/// <summary>An error as OAuth clients understand it (RFC 6749, 5.2), which is not a problem document.</summary>
public sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description,
    [property: JsonIgnore] int Status = 400) : IResult
{
    /// <summary>As in a problem document (RFC 9457), where an operator can mend it; the protocol allows further members.</summary>
    [JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonPropertyName("remedy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Remedy { get; init; }

    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown, revoked, or its secret is wrong.", 401);

    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    public static OAuthError UnknownTenant(string tenant)
    {
        var unknown = Tenant.Unknown(tenant);
        return InvalidRequest(unknown.Message) with { Code = unknown.Code, Remedy = unknown.Remedy };
    }

    public static OAuthError UnsupportedGrantType(string description) => new("unsupported_grant_type", description);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.CacheControl = "no-store";
        if (Status == StatusCodes.Status401Unauthorized) httpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"pathways\", charset=\"UTF-8\"";
        return httpContext.Response.WriteAsJsonAsync(this, httpContext.RequestAborted);
    }
}
