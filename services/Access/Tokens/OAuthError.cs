using System.Text.Json.Serialization;
using Pathways.Access.Tenants;

namespace Pathways.Access.Tokens;

/// <summary>An error as OAuth clients understand it (RFC 6749, 5.2), which is not a problem document.</summary>
/// <param name="Remedy">What to do, as in a problem document; the protocol allows further members.</param>
public sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description,
    [property: JsonPropertyName("remedy")] string Remedy,
    [property: JsonIgnore] int Status = 400) : IResult
{
    /// <summary>As in a problem document, where there is one for it.</summary>
    [JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown, revoked, or its secret is wrong.", "Send client_id and client_secret as they were shown, as Basic or in the form; an operator lists, rotates and creates clients (deploy/pathways client).", 401);

    public static OAuthError InvalidRequest(string description, string remedy) => new("invalid_request", description, remedy);

    public static OAuthError InvalidScope(string description, string remedy) => new("invalid_scope", description, remedy);

    public static OAuthError UnauthorizedClient(string description, string remedy) => new("unauthorized_client", description, remedy);

    public static OAuthError UnknownTenant(string tenant)
    {
        var unknown = Tenant.Unknown(tenant);
        return InvalidRequest(unknown.Message, unknown.Remedy) with { Code = unknown.Code };
    }

    public static OAuthError UnsupportedGrantType(string description, string remedy) => new("unsupported_grant_type", description, remedy);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.CacheControl = "no-store";
        if (Status == StatusCodes.Status401Unauthorized) httpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"pathways\", charset=\"UTF-8\"";
        return httpContext.Response.WriteAsJsonAsync(this, httpContext.RequestAborted);
    }
}
