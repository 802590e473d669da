using Pathways.Access.Clients;
using Pathways.Access.Tenants;
using Pathways.WebDefaults;

namespace Pathways.Access.Tokens;

/// <summary>Which token a client gets for what it asks: at most what it was given.</summary>
public static class Granting
{
    private const int LongestActor = 128;

    public static (Grant? Grant, OAuthError? Error) Decide(Client client, TokenRequest request)
    {
        var scopes = request.Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList() ?? [.. client.Scopes];
        if (scopes.Find(scope => !MayHave(client, request, scope)) is { } tooMuch)
            return (null, OAuthError.InvalidScope($"The client does not have the scope '{Shown(tooMuch)}'.", $"Ask for some of these: {string.Join(", ", Scopes.All.Where(scope => MayHave(client, request, scope)).Order(StringComparer.Ordinal))}."));
        bool acrossTenants = client.Tenant == Caller.AllTenants;
        if (request.Tenant is { } tenant && tenant != client.Tenant && !acrossTenants)
            return (null, OAuthError.UnauthorizedClient("The client belongs to another tenant.", "Leave 'tenant' out, or use a client of that tenant."));
        if (request.Tenant is { } named && named != Caller.AllTenants && !TenantName.IsValid(named))
            return (null, OAuthError.InvalidRequest("The parameter 'tenant' is not a tenant's name.", TenantName.Invalid.Remedy));
        // Only who acts for several may say for whom; everybody else acts as itself.
        if (request.Actor is not null && !acrossTenants) return (null, OAuthError.UnauthorizedClient("The client can't name an actor.", "Leave 'actor' out: the client acts as itself."));
        if (request.Actor is { } actor && (actor.Length > LongestActor || !actor.All(IsPlain)))
            return (null, OAuthError.InvalidRequest("The parameter 'actor' is letters, digits and '.', '_', '-', ':', at most 128.", "Correct it, or leave it out."));
        // An operator is a person, also in a token for an institution's scopes alone, which a system could have as well.
        string? person = request.Actor ?? (client.Scopes.Contains(Scopes.Operator) ? client.ClientId : null);
        return (new Grant(client.ClientId, request.Tenant ?? client.Tenant, scopes, person)
        {
            Generation = client.Generation,
            Authority = client.Authority?.ToAgent(),
            IsIsolated = client.IsIsolated,
        }, null);
    }

    /// <summary>
    /// A client has its own scopes. An operator who names a tenant stands in for it, with whatever its own clients may do;
    /// that the token names the operator keeps it traceable.
    /// </summary>
    private static bool MayHave(Client client, TokenRequest request, string scope)
        => client.Scopes.Contains(scope)
            || (client.Scopes.Contains(Scopes.Operator) && request.Tenant is not (null or Caller.AllTenants)
                && Scopes.All.Contains(scope) && !Scopes.IsAcrossTenants(scope));

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':';

    /// <summary>RFC 6749, 5.2 allows printable ASCII without quotes in a description.</summary>
    private static string Shown(string scope) => new([.. scope.Where(c => IsPlain(c) || c == '/').Take(64)]);
}
