using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Pathways.WebDefaults;

/// <summary>The route's caller has at least one of these scopes.</summary>
public sealed record ScopeRequirement(IReadOnlyList<string> AnyOf) : IAuthorizationRequirement
{
    public bool IsMetBy(Caller caller) => AnyOf.Any(scope =>
        caller.Scopes.Contains(scope) && (caller.Tenant != Caller.AllTenants || Scopes.IsAcrossTenants(scope)));
}

public static class RouteScopes
{
    /// <summary>
    /// The route needs a token with at least one of these scopes. A token without a tenant of its own passes only by
    /// <c>operator</c> or <c>service</c>.
    /// </summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] anyOf)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (string scope in anyOf)
        {
            if (!Scopes.All.Contains(scope)) throw new ArgumentException($"'{scope}' is not a scope.", nameof(anyOf));
        }
        var requirement = new ScopeRequirement(anyOf);
        return builder
            .RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(requirement))
            .WithMetadata(requirement);
    }

    /// <summary>Deny by default: a route that says nothing about its callers is a mistake that stops the host.</summary>
    internal static void RequireDecisionOnEveryRoute(IEndpointRouteBuilder routes)
    {
        var undecided = routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<ScopeRequirement>() is null)
            .Select(endpoint => endpoint.DisplayName ?? endpoint.RoutePattern.RawText)
            .ToList();
        if (undecided.Count > 0)
            throw new InvalidOperationException($"Routes without RequireScope or AllowAnonymous: {string.Join(", ", undecided)}");
    }
}

internal sealed class ScopeHandler : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is { IsAuthenticated: true } && requirement.IsMetBy(Caller.From(context.User)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>401 and 403 as problems, with the challenge of RFC 6750 or 7617, and a line in the log.</summary>
internal sealed partial class ScopeResultHandler(ILogger<ScopeResultHandler> log) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded) return next(context);
        var (problem, challenge) = authorizeResult.Challenged ? Unknown(context) : Refused(context, policy);
        LogRefused(context.Request.Method, (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText, context.User.Identity?.Name, problem.Code);
        context.Response.Headers.WWWAuthenticate = challenge;
        return problem.ExecuteAsync(context);
    }

    private static (Problem, string Challenge) Unknown(HttpContext context)
    {
        if (context.Features.Get<WrongCredentials>() is not null)
            return (Problem.Of(ProblemCodes.CredentialsInvalid), "Basic realm=\"pathways\", charset=\"UTF-8\"");
        return context.Request.Headers.Authorization.Count > 0
            ? (Problem.Of(ProblemCodes.TokenInvalid), "Bearer error=\"invalid_token\"")
            : (Problem.Of(ProblemCodes.TokenMissing), "Bearer");
    }

    private static (Problem, string Challenge) Refused(HttpContext context, AuthorizationPolicy policy)
    {
        var needed = policy.Requirements.OfType<ScopeRequirement>().SelectMany(requirement => requirement.AnyOf).ToList();
        bool onlyTenantMissing = context.Caller() is { Tenant: Caller.AllTenants } caller && needed.Exists(caller.Scopes.Contains);
        var problem = onlyTenantMissing
            ? Problem.Of(ProblemCodes.TenantRequired)
            : Problem.Of(ProblemCodes.ScopeMissing, $"The route needs one of the scopes: {string.Join(", ", needed)}.");
        return (problem, $"Bearer error=\"insufficient_scope\", scope=\"{string.Join(' ', needed)}\"");
    }

    [LoggerMessage(LogLevel.Warning, "Refused {Method} {Route} to {ClientId}: {Code}")]
    private partial void LogRefused(string method, string? route, string? clientId, string code);
}
