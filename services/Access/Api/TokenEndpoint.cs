using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Pathways.Access.Clients;
using Pathways.Access.Keys;
using Pathways.Access.Tenants;
using Pathways.Access.Tokens;
using Pathways.WebDefaults;

namespace Pathways.Access.Api;

/// <summary>OAuth 2.0: the token endpoint (RFC 6749, client credentials), its metadata (RFC 8414) and the keys (RFC 7517).</summary>
public static partial class TokenEndpoint
{
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/oauth/token", IssueAsync).AllowAnonymous().Accepts<TokenForm>("application/x-www-form-urlencoded")
            .Produces<TokenAnswer>().Produces<OAuthError>(400).Produces<OAuthError>(401).AllowBody(16 * 1024);
        routes.MapGet("/.well-known/jwks.json", (TokenKeyStore keys, HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=60";
            return TypedResults.Ok(keys.Public());
        }).AllowAnonymous();
        routes.MapGet("/.well-known/oauth-authorization-server", (IConfiguration configuration) =>
            TypedResults.Ok(Metadata.For(configuration["Pathways:PublicOrigin"] ?? ""))).AllowAnonymous();
    }

    private static async Task<IResult> IssueAsync(HttpContext http, ClientDirectory clients, TenantDirectory tenants, TokenIssuer issuer, ILogger<TokenIssuer> log)
    {
        if (!http.Request.HasFormContentType) return OAuthError.InvalidRequest("The request is no form.", "Send it as application/x-www-form-urlencoded.");
        var (request, error) = TokenRequest.Read(await http.Request.ReadFormAsync(http.RequestAborted), http.Request.Headers.Authorization);
        if (request is null) return error!;
        if (await clients.AuthenticateAsync(request.ClientId, request.Secret, http.RequestAborted) is not { } client)
        {
            LogRefused(log, request.ClientId, OAuthError.InvalidClient.Error);
            return OAuthError.InvalidClient;
        }
        (var grant, error) = Granting.Decide(client, request);
        if (grant is { Tenant: var tenant } && tenant != client.Tenant && tenant != Caller.AllTenants && !await tenants.HasAsync(tenant, http.RequestAborted))
            (grant, error) = (null, OAuthError.UnknownTenant(tenant));
        if (grant is null)
        {
            LogRefused(log, request.ClientId, error!.Error);
            return error;
        }
        LogIssued(log, grant.ClientId, grant.Tenant, string.Join(' ', grant.Scopes));
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new TokenAnswer(issuer.Issue(grant), "Bearer", (int)issuer.Lifetime.TotalSeconds, string.Join(' ', grant.Scopes)));
    }

    [LoggerMessage(LogLevel.Information, "Issued a token to {ClientId} for {Tenant}: {Scopes}")]
    private static partial void LogIssued(ILogger log, string clientId, string tenant, string scopes);

    [LoggerMessage(LogLevel.Warning, "Refused a token to {ClientId}: {Error}")]
    private static partial void LogRefused(ILogger log, string clientId, string error);
}

public sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope);

/// <summary>The form of a token request, for the OpenAPI document.</summary>
public sealed record TokenForm(
    [property: JsonPropertyName("grant_type")] string GrantType,
    [property: JsonPropertyName("client_id")] string? ClientId = null,
    [property: JsonPropertyName("client_secret")] string? ClientSecret = null,
    [property: JsonPropertyName("scope")] string? Scope = null,
    [property: JsonPropertyName("tenant")] string? Tenant = null,
    [property: JsonPropertyName("actor")] string? Actor = null);

public sealed record Metadata(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
    [property: JsonPropertyName("jwks_uri")] string JwksUri,
    [property: JsonPropertyName("grant_types_supported")] IReadOnlyList<string> GrantTypes,
    [property: JsonPropertyName("token_endpoint_auth_methods_supported")] IReadOnlyList<string> AuthMethods,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> Scopes,
    [property: JsonPropertyName("response_types_supported")] IReadOnlyList<string> ResponseTypes)
{
    public static Metadata For(string origin) => new(
        origin,
        $"{origin}/oauth/token",
        $"{origin}/.well-known/jwks.json",
        ["client_credentials"],
        ["client_secret_basic", "client_secret_post"],
        [.. WebDefaults.Scopes.All.Order(StringComparer.Ordinal)],
        // RFC 8414 requires the member; there is no authorization endpoint, so there are none.
        []);
}
