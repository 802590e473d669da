using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>The scopes of xAPI (1.0.3, Communication 4.2) by what they open; any one of them does.</summary>
internal static class XapiScopes
{
    public static string[] Write { get; } = [Scopes.StatementsWrite, Scopes.Everything];

    public static string[] Read { get; } = [Scopes.StatementsRead, Scopes.StatementsReadMine, Scopes.ReadEverything, Scopes.Everything];

    /// <summary>What activities and agents are is of use to everybody who has to do with them.</summary>
    public static string[] Describe { get; } = [.. Read, Scopes.StatementsWrite, Scopes.State, Scopes.Profile, Scopes.Define];

    public static string[] ReadDocuments(string scope) => [scope, Scopes.ReadEverything, Scopes.Everything];

    public static string[] WriteDocuments(string scope) => [scope, Scopes.Everything];
}

internal static class Visibility
{
    public static StatementQuery VisibleTo(this StatementQuery query, XapiCaller caller, Pseudonyms pseudonyms, string tenant)
        => caller.SeesOnly is null ? query : query with { Authority = pseudonyms.Term(tenant, new Term(TermKind.Authority, caller.SeesOnly.Canonical)) };
}

/// <param name="SeesOnly">The authority whose statements the caller may see; null when all of its institution's.</param>
/// <param name="Realm">Documents of an isolated client are its own; empty for what is shared.</param>
internal sealed record XapiCaller(Client Client, Identity? SeesOnly, string Realm);

/// <summary>Who calls, in xAPI's terms: from the token, once for each.</summary>
internal sealed class XapiCallers(XapiSettings settings)
{
    private readonly ConditionalWeakTable<ClaimsPrincipal, XapiCaller> _known = [];

    public XapiCaller Of(HttpContext http) => _known.GetValue(http.User, _ => Read(http.Caller(), http.User));

    private XapiCaller Read(Caller caller, ClaimsPrincipal principal)
    {
        bool isIsolated = principal.HasClaim("xapi_isolated", "true");
        bool readsAll = !isIsolated && (Has(Scopes.StatementsRead) || Has(Scopes.ReadEverything) || Has(Scopes.Everything));
        var authority = Authority(principal.FindFirstValue("xapi_authority"), caller.ClientId);
        return new XapiCaller(
            new Client(caller.ClientId, authority, Has(Scopes.Define) || Has(Scopes.Everything)),
            readsAll ? null : Identity.Of(authority),
            isIsolated ? $"{caller.ClientId}\n" : "");

        bool Has(string scope) => caller.Scopes.Contains(scope);
    }

    private JsonElement Authority(string? agent, string clientId)
        => agent is not null ? JsonSerializer.Deserialize<JsonElement>(agent)
            : JsonSerializer.SerializeToElement(new { objectType = "Agent", account = new { homePage = settings.Origin, name = clientId } });
}
