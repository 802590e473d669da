using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Cmi5;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>
/// Tokens of sessions: handed out once, good until the session is over, and good for what a unit has to do with: its
/// learner's statements in this registration, state and preferences.
/// </summary>
internal sealed class Cmi5Sessions(IEventStore store, Pseudonyms pseudonyms, XapiSettings settings)
{
    private const string LaunchData = "LMS.LaunchData";
    private const int Attempts = 3;

    /// <returns>The token, once.</returns>
    public async Task<Result<string>> FetchAsync(Cmi5Key key, string correlationId, CancellationToken cancellation)
    {
        var token = Cmi5Key.New(key.Tenant, key.Registration, key.Session);
        string stream = Cmi5Registration.Stream(key.Registration);
        for (int attempt = 1; ; attempt++)
        {
            var loaded = await store.LoadAsync(key.Tenant, stream, Cmi5Registration.Decider, cancellation);
            var decision = Cmi5Registration.Fetch(loaded.State, key.Session, key.SecretHash, token.SecretHash);
            if (decision.Rejection is { } refused) return refused;
            var work = new UnitOfWork(new EventContext(key.Tenant, Client(key.Registration), correlationId));
            work.Append(stream, loaded.Version, decision.Events);
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            if (rejection is null) return token.ToBasic();
            if (attempt == Attempts) return rejection;
        }
    }

    /// <returns>Null when the token is no session's that goes on.</returns>
    public async Task<ClaimsPrincipal?> PrincipalAsync(Cmi5Key key, HttpRequest request, CancellationToken cancellation)
    {
        var state = (await store.LoadAsync(key.Tenant, Cmi5Registration.Stream(key.Registration), Cmi5Registration.Decider, cancellation)).State;
        if (!state.Sessions.TryGetValue(key.Session, out var session) || session.IsOver || session.TokenHash is null) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(session.TokenHash), Encoding.ASCII.GetBytes(key.SecretHash))) return null;
        string scopes = $"{Scopes.StatementsWrite} {Scopes.StatementsReadMine}";
        if (MayUseDocuments(request.Method, request.Path, request.Query, key, state)) scopes += $" {Scopes.State} {Scopes.Profile}";
        return new ClaimsPrincipal(new ClaimsIdentity(
            [
                new("tenant", key.Tenant), new("client_id", Client(key.Registration)), new("sub", Client(key.Registration)), new("scope", scopes),
                new("xapi_authority", Authority(settings.Origin, key.Registration).GetRawText()),
                new(Cmi5Caller.RegistrationClaim, key.Registration.ToString("D")), new(Cmi5Caller.SessionClaim, key.Session.ToString("D")),
            ],
            "cmi5", "client_id", roleType: null));
    }

    public static string Client(Guid registration) => $"cmi5-{registration:D}";

    /// <summary>One for each registration, so that a unit reads the statements of its registration and no others.</summary>
    public static JsonElement Authority(string origin, Guid registration)
        => JsonSerializer.SerializeToElement(new { objectType = "Agent", account = new { homePage = origin, name = Client(registration) } });

    /// <summary>Documents of its own learner and registration; the launch data only to read, and nothing that is deleted unnamed.</summary>
    private bool MayUseDocuments(string method, PathString path, IQueryCollection query, Cmi5Key key, Cmi5State state)
    {
        bool reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (path == "/xapi/activities/profile") return true;
        if (query["agent"] is not [{ } agent] || !IsLearner(agent, key.Tenant, state)) return false;
        if (path == "/xapi/agents/profile" || path == "/xapi/agents") return true;
        bool isOwn = query["registration"] is [{ } registration] && Guid.TryParse(registration, out var id) && id == key.Registration;
        return path == "/xapi/activities/state" && isOwn && (reads || (query["stateId"] is [{ } name] && name != LaunchData));
    }

    private bool IsLearner(string agent, string tenant, Cmi5State state)
    {
        var parsed = StatementJson.Parse(Encoding.UTF8.GetBytes(agent));
        if (!parsed.IsAccepted) return false;
        using var document = parsed.Value;
        return StatementRules.CheckActor(document.RootElement) is null && Identity.Of(document.RootElement) is { } identity
            && pseudonyms.LearnerId(tenant, identity) == state.Registered?.LearnerId;
    }
}
