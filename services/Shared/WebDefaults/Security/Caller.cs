using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Pathways.EventStore;

namespace Pathways.WebDefaults;

/// <summary>Who calls, for which institution, and what they may do: all of it from the token.</summary>
/// <param name="Tenant"><c>*</c> for an operator or a service that has not chosen one.</param>
public sealed record Caller(string Tenant, string ClientId, IReadOnlySet<string> Scopes)
{
    public const string AllTenants = "*";

    /// <summary>The person or office a client acts for, as the client tells it; the client itself when it tells none.</summary>
    public string Actor { get; init; } = ClientId;

    /// <summary>
    /// The token is used for a person or an office: it names one, or opens what only staff do (<see cref="WebDefaults.Scopes.IsOfStaff"/>).
    /// Nobody has a token of their own, so in doubt it is staff.
    /// </summary>
    public bool IsStaff { get; init; }

    // A token that is used again is the same principal again.
    private static readonly ConditionalWeakTable<ClaimsPrincipal, Caller> Known = [];

    internal static Caller From(ClaimsPrincipal principal) => Known.GetValue(principal, Read);

    private static Caller Read(ClaimsPrincipal principal)
    {
        string clientId = principal.FindFirstValue("client_id")!;
        string? actor = principal.FindFirstValue("actor");
        var scopes = (principal.FindFirstValue("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
        return new(principal.FindFirstValue("tenant")!, clientId, scopes)
        {
            Actor = actor ?? clientId,
            IsStaff = actor is not null || scopes.Any(Pathways.WebDefaults.Scopes.IsOfStaff),
        };
    }
}

public static class CallerExtensions
{
    private const int LongestRequestId = 128;

    /// <summary>Only behind <c>RequireScope</c>.</summary>
    public static Caller Caller(this HttpContext http)
        => http.Features.Get<Caller>() ?? Remember(http, Pathways.WebDefaults.Caller.From(http.User));

    /// <summary>An operator's or a service's request goes on for this tenant. Nobody else's may.</summary>
    public static void ActFor(this HttpContext http, string tenant)
    {
        var caller = http.Caller();
        if (tenant != caller.Tenant && !caller.Scopes.Any(Scopes.IsAcrossTenants))
            throw new InvalidOperationException("Only routes for operators and services may choose the tenant.");
        http.Features.Set(caller with { Tenant = tenant });
    }

    /// <summary>The context of what this request writes.</summary>
    public static EventContext EventContext(this HttpContext http)
    {
        var caller = http.Caller();
        return new EventContext(caller.Tenant, caller.Actor, http.CorrelationId(), TraceParent: TraceParent());
    }

    // A span that nobody records is no cause that anybody could look at: it is not worth its bytes in every event.
    private static string? TraceParent() => Activity.Current is { Recorded: true } span ? span.Id : null;

    /// <summary>The door's request id, or a new one; the same for the whole request.</summary>
    public static string CorrelationId(this HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(CallerExtensions), out object? known)) return (string)known!;
        string given = http.Request.Headers["X-Request-Id"].ToString();
        // It ends up in logs and in events: nothing but letters, digits and the usual separators.
        bool usable = given.Length is > 0 and <= LongestRequestId && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        string id = usable ? given : Guid.CreateVersion7().ToString("N");
        http.Items[typeof(CallerExtensions)] = id;
        return id;
    }

    private static Caller Remember(HttpContext http, Caller caller)
    {
        http.Features.Set(caller);
        return caller;
    }
}
