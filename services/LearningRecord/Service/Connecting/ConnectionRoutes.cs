using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Connecting;

/// <summary>Connections to other record stores: defining, changing, pausing and ending them, and seeing what is stuck.</summary>
internal static class ConnectionRoutes
{
    private const string Path = "/learning-record/connections";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireScope(Scopes.Operator).AddEndpointFilter(OfOneTenant);
        group.MapPost("", DefineAsync).WithName("DefineConnection")
            .WithSummary("Forward statements to another record store (out), or fetch them from there (in).").Produces<ConnectionDefinedView>(StatusCodes.Status201Created);
        group.MapGet("", ListAsync).WithName("ListConnections").WithSummary("How far each connection came, and why it stands still.").Produces<Page<ConnectionView>>().ReadsPage();
        group.MapGet("/{id:guid}", GetAsync).WithName("GetConnection").WithSummary("One connection, and what is stuck in it.").Produces<ConnectionView>();
        group.MapPut("/{id:guid}", ChangeAsync).WithName("ChangeConnection").WithSummary("Change a connection; without a secret the old one stays, for the same host and with a key or without as before.").Produces(204);
        group.MapPost("/{id:guid}/pause", (Guid id, HttpContext http, CommandEndpoint commands) => PauseAsync(id, isPaused: true, http, commands))
            .WithName("PauseConnection").WithSummary("It stands still until it is resumed, and loses nothing.").Produces(204);
        group.MapPost("/{id:guid}/resume", (Guid id, HttpContext http, CommandEndpoint commands) => PauseAsync(id, isPaused: false, http, commands))
            .WithName("ResumeConnection").WithSummary("Go on where it was paused.").Produces(204);
        group.MapDelete("/{id:guid}", EndAsync).WithName("EndConnection").WithSummary("End a connection for ever; its secret is deleted.").Produces(204);
        group.MapGet("/{id:guid}/dead-letters", DeadLettersAsync).WithName("ListDeadLetters")
            .WithSummary("Statements that were refused for good, with the reason.").Produces<Page<DeadLetter>>().ReadsPage();
        group.MapPost("/{id:guid}/retry", RetryAsync).WithName("RetryConnection")
            .WithSummary("Try now, and statements that were put aside once more: those named, or all.").Produces(204);
        group.MapPost("/{id:guid}/skip", SkipAsync).WithName("SkipStatements")
            .WithSummary("Give statements up: they do not go through this connection, and hold up nothing.").Produces(204);
    }

    private static async ValueTask<object?> OfOneTenant(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
        => invocation.HttpContext.Caller().Tenant == Caller.AllTenants ? Problem.Of(ProblemCodes.TenantRequired) : await next(invocation);

    private static async Task<IResult> DefineAsync(DefineConnection request, HttpContext http, CommandEndpoint commands, PeerStore peer, Pseudonyms pseudonyms)
    {
        string tenant = http.Caller().Tenant;
        var filter = StatementFilterRequest.Read(request.Filter, tenant, pseudonyms);
        if (!filter.IsAccepted) return filter.Rejection.ToProblem();
        if (Secrets.Refusal(request.Secret, request.Key) is { } refusal) return refusal.ToProblem();
        var id = Guid.CreateVersion7();
        int interval = request.IntervalSeconds ?? (request.Direction == Connection.In ? 60 : 1);
        var settings = new ConnectionSettings(request.Direction, request.Name, request.Endpoint, request.Key ?? "", request.XapiVersion, filter.Value, interval);
        var defined = new ConnectionDefined(id, settings, request.From == ConnectionStart.Start);
        return await commands.RunAsync(
            http, Connection.Stream(id), Connection.Decider,
            state => Callable(Connection.Define(state, defined), settings, peer),
            (_, _) => new ConnectionDefinedView(id),
            StatusCodes.Status201Created,
            (work, _) => work.Write(ConnectionTable.Add(tenant, defined, peer.Seal(tenant, id, request.Secret))),
            $"{Path}/{id:D}");
    }

    private static async Task<IResult> ChangeAsync(Guid id, ChangeConnection request, HttpContext http, CommandEndpoint commands, PeerStore peer, Pseudonyms pseudonyms)
    {
        string tenant = http.Caller().Tenant;
        var filter = StatementFilterRequest.Read(request.Filter, tenant, pseudonyms);
        if (!filter.IsAccepted) return filter.Rejection.ToProblem();
        if (request.Secret is not null && Secrets.Refusal(request.Secret, request.Key) is { } refusal) return refusal.ToProblem();
        return await commands.RunAsync(
            http, Connection.Stream(id), Connection.Decider,
            state => Callable(Connection.Change(state, id, Settings(state), request.Secret is not null), Settings(state), peer),
            (_, _) => null,
            StatusCodes.Status204NoContent,
            (work, state) => work.Write(ConnectionTable.Change(tenant, id, state.Settings!, request.Secret is null ? null : peer.Seal(tenant, id, request.Secret))));

        ConnectionSettings Settings(ConnectionState state) => new(
            state.Settings?.Direction ?? Connection.Out, request.Name, request.Endpoint, request.Key ?? "", request.XapiVersion, filter.Value,
            request.IntervalSeconds ?? state.Settings?.IntervalSeconds ?? 1);
    }

    /// <summary>Judged again at every call: a name's addresses change.</summary>
    private static Decision Callable(Decision decision, ConnectionSettings settings, PeerStore peer)
        => decision.Rejection is null && peer.Refusal(new Uri(settings.Endpoint)) is { } refusal
            ? Rejection.Invalid("connection-endpoint-refused", $"This endpoint is not called: {refusal}.", "Give a public https address, or ask the operator to allow it.", "/endpoint")
            : decision;

    private static Task<IResult> PauseAsync(Guid id, bool isPaused, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
        http, Connection.Stream(id), Connection.Decider,
        state => isPaused ? Connection.Pause(state, id) : Connection.Resume(state, id),
        (_, _) => null,
        StatusCodes.Status204NoContent,
        (work, _) => work.Write(ConnectionTable.Pause(http.Caller().Tenant, id, isPaused)));

    private static Task<IResult> EndAsync(Guid id, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
        http, Connection.Stream(id), Connection.Decider,
        state => Connection.End(state, id),
        (_, _) => null,
        StatusCodes.Status204NoContent,
        (work, _) =>
        {
            foreach (var write in ConnectionTable.Remove(http.Caller().Tenant, id)) work.Write(write);
        });

    private static Task<IResult> SkipAsync(Guid id, SkipStatements request, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
        http, Connection.Stream(id), Connection.Decider,
        state => Connection.Skip(state, id, request.Statements),
        (_, _) => null,
        StatusCodes.Status204NoContent,
        (work, _) =>
        {
            work.Write(ConnectionTable.Skip(http.Caller().Tenant, id, request.Statements));
            foreach (var write in ConnectionTable.Retry(http.Caller().Tenant, id, [])) work.Write(write);
        });

    /// <summary>Nothing that has to be remembered happens, so there is no event.</summary>
    private static Task<IResult> RetryAsync(Guid id, RetryStatements? request, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
        http, Connection.Stream(id), Connection.Decider,
        state => state.Settings is null || state.IsEnded ? Connection.Unknown(id) : Decision.Nothing,
        (_, _) => null,
        StatusCodes.Status204NoContent,
        (work, _) =>
        {
            foreach (var write in ConnectionTable.Retry(http.Caller().Tenant, id, request?.Statements)) work.Write(write);
        });

    private static async Task<IResult> ListAsync(HttpContext http, ConnectionTable table, CancellationToken cancellation)
    {
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        return page.Value.Answer(http, await table.ListAsync(http.Caller().Tenant, page.Value.AfterId, page.Value.Limit + 1, cancellation), view => view.Id.ToString("D"));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, ConnectionTable table, EventStore.IEventStore store, CancellationToken cancellation)
    {
        if (await table.FindAsync(http.Caller().Tenant, id, cancellation) is not { } view) return Connection.Unknown(id).ToProblem();
        http.Response.Headers.ETag = ETags.Of(await store.VersionAsync(http.Caller().Tenant, Connection.Stream(id), cancellation));
        return TypedResults.Ok(view);
    }

    private static async Task<IResult> DeadLettersAsync(Guid id, HttpContext http, ConnectionTable table, CancellationToken cancellation)
    {
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        var letters = await table.DeadLettersAsync(http.Caller().Tenant, id, page.Value.AfterId, page.Value.Limit + 1, cancellation);
        return page.Value.Answer(http, letters, letter => letter.StatementId.ToString("D"));
    }
}

internal static class Secrets
{
    private const int Longest = 1000;

    /// <param name="key">Absent when the secret is a bearer token, which stands in a header as it is.</param>
    public static Rejection? Refusal(string secret, string? key)
    {
        if (secret.Length is 0 or > Longest) return Invalid($"The secret has 1 to {Longest} characters.");
        return string.IsNullOrEmpty(key) && !secret.All(c => c is > ' ' and < (char)127) ? Invalid("A bearer token is printable ASCII without spaces.") : null;
    }

    private static Rejection Invalid(string message) => Rejection.Invalid("connection-invalid", message, "Give a secret of this form.", "/secret");
}

/// <param name="Direction"><c>out</c> or <c>in</c>.</param>
/// <param name="Key">With the secret it is credentials (Basic); absent when the secret is a bearer token.</param>
/// <param name="Secret">Kept encrypted, and never shown.</param>
/// <param name="Filter">Absent for all.</param>
/// <param name="From">Whether what was stored before goes too.</param>
public sealed record DefineConnection(
    string Direction, string Name, string Endpoint, string Secret,
    [property: Description("With the secret it is credentials (Basic); without a key the secret is a bearer token")] string? Key = null, string XapiVersion = "2.0.0",
    StatementFilterRequest? Filter = null, int? IntervalSeconds = null, ConnectionStart From = ConnectionStart.Now);

public enum ConnectionStart
{
    Now,
    Start,
}

/// <param name="Secret">Absent when it stays, which it does at the same host only, and as what it was: a password with a key, a bearer token without.</param>
public sealed record ChangeConnection(
    string Name, string Endpoint, string? Key = null, string? Secret = null, string XapiVersion = "2.0.0", StatementFilterRequest? Filter = null, int? IntervalSeconds = null);

/// <param name="Agents">As xAPI writes them; kept as pseudonyms.</param>
/// <param name="Learners">Pseudonyms, as a connection shows them.</param>
public sealed record StatementFilterRequest(
    IReadOnlyList<string>? Verbs = null, IReadOnlyList<string>? Activities = null, bool RelatedActivities = false,
    IReadOnlyList<JsonElement>? Agents = null, IReadOnlyList<string>? Learners = null, bool RelatedAgents = false)
{
    internal static Result<StatementFilter> Read(StatementFilterRequest? request, string tenant, Pseudonyms pseudonyms)
    {
        if (request is null) return StatementFilter.All;
        if (request.Learners?.All(Pseudonyms.IsLearnerId) == false)
            return Rejection.Invalid("connection-invalid", "Each learner is a pseudonym, as a connection shows it; persons are given as agents.", "Give each as the connection's 'learners' shows it, and persons under 'agents'.", "/filter/learners");
        var learners = new List<string>(request.Learners ?? []);
        foreach (var agent in request.Agents ?? [])
        {
            if (Domain.Xapi.StatementRules.CheckActor(agent) is not null || Domain.Xapi.Identity.Of(agent) is not { } identity)
                return Rejection.Invalid("connection-invalid", "Each agent must be identified, as in a statement.", "Give each exactly one of mbox, mbox_sha1sum, openid and account.", "/filter/agents");
            learners.Add(pseudonyms.LearnerId(tenant, identity));
        }
        return new StatementFilter([.. request.Verbs ?? []], [.. request.Activities ?? []], request.RelatedActivities, [.. learners], request.RelatedAgents);
    }
}

public sealed record ConnectionDefinedView(Guid Id);

/// <param name="Statements">Absent for all that were put aside.</param>
public sealed record RetryStatements(IReadOnlyList<Guid>? Statements = null);

public sealed record SkipStatements(ImmutableArray<Guid> Statements);
