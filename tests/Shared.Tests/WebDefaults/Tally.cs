using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>The smallest service that uses everything: tallies that are counted up.</summary>
public static class Tally
{
    public static readonly Decider<int> Decider = new(0, (count, @event) => @event switch
    {
        Counted counted => count + counted.By,
        _ => throw new InvalidOperationException("Unknown event."),
    });

    public static ServiceDefinition Definition { get; } = new("tally", new Dictionary<string, Type> { ["counted"] = typeof(Counted) })
    {
        Routes = routes =>
        {
            routes.MapPost("/tally/{id}/count", (string id, Count request, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
                http, $"tally-{id}", Decider, _ => CountUp(request), (count, version) => new TallyView(id, count, version), location: $"/tally/{id}"))
                .RequireScope(Scopes.Define).ReadsQuery("learner", "Who counts: something that no trace may tell").Produces<TallyView>();
            routes.MapPost("/tally/move", MoveAsync).RequireScope(Scopes.Define).Produces<TallyView>();
            routes.MapGet("/tally/list", ListAsync).RequireScope(Scopes.Learners, Scopes.Audit).Produces<Page<int>>().ReadsPage();
            routes.MapGet("/tally/who", (HttpContext http) => TypedResults.Ok(http.EventContext())).RequireScope(Scopes.Define, Scopes.Operator);
            routes.MapGet("/tally/{id}/of/{learner}", (string id, string learner, HttpContext http) =>
            {
                if (id == "none") return (IResult)Problem.Of(ProblemCodes.NotFound);
                http.Disclose([learner]);
                return TypedResults.Ok(new TallyView(id, 1, 1));
            }).RequireScope(Scopes.Learners, Scopes.Service).RecordsDisclosure(Purpose.Advising);
            routes.MapGet("/tally/{id}/watched/{learner}", (string id, string learner, HttpContext http) =>
            {
                http.Disclose([learner]);
                return TypedResults.Ok(new TallyView(id, 1, 1));
            }).RequireScope(Scopes.Learners, Scopes.StatementsRead).RecordsDisclosure(Purpose.RecordKeeping, inBackground: true);
            routes.MapGet("/tally/open", () => TypedResults.Ok()).AllowAnonymous();
        },
    };

    /// <summary>What goes wrong on our side.</summary>
    public static ServiceDefinition Faulty { get; } = new("faulty", Definition.EventTypes)
    {
        Routes = routes =>
        {
            routes.MapPost("/faulty/fault", () => Throw()).RequireScope(Scopes.Define);
            routes.MapPost("/faulty/stored", () => JsonSerializer.Deserialize<Counted>("""{"by":"many"}""", JsonSerializerOptions.Web)).RequireScope(Scopes.Define);
            routes.MapGet("/faulty/left-alone", () => Throw(new BrokenCircuitException())).RequireScope(Scopes.Define);
            routes.MapGet("/faulty/silent", () => Throw(new TimeoutRejectedException())).RequireScope(Scopes.Define);
            routes.MapGet("/faulty/slow", async (CancellationToken cancellation) => await Task.Delay(Timeout.Infinite, cancellation)).RequireScope(Scopes.Define);
        },
    };

    private static Decision CountUp(Count request) => request.By switch
    {
        0 => Decision.Nothing,
        < 0 => Rejection.Invalid("tally-negative", "A tally only goes up.", "Count up.", "/by"),
        _ => Decision.Accept(new Counted(request.By)),
    };

    private static Task<IResult> MoveAsync(Move request, HttpContext http, CommandEndpoint commands, IEventStore store)
        => commands.CommitAsync(http, async cancellation =>
        {
            var from = await store.LoadAsync(http.Caller().Tenant, $"tally-{request.From}", Decider, cancellation);
            var to = await store.LoadAsync(http.Caller().Tenant, $"tally-{request.To}", Decider, cancellation);
            if (from.State < request.By) return Rejection.Conflict("tally-too-small", "There is not so much to move.", "Move less.");
            var work = new UnitOfWork(http.EventContext());
            work.Append($"tally-{request.From}", from.Version, [new Counted(-request.By)]);
            work.Append($"tally-{request.To}", to.Version, [new Counted(request.By)]);
            return new PreparedCommand(work, new CommandAnswer(new TallyView(request.To, to.State + request.By, to.Version + 1), Status: 201));
        });

    private static IResult ListAsync(HttpContext http)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        int after = page.Value.After is { } text ? int.Parse(text) : 0;
        return page.Value.Answer(http, [.. Enumerable.Range(after + 1, 5 - after).Take(page.Value.Limit + 1)], number => $"{number}");
    }

    private static string Throw(Exception fault) => throw fault;

    private static string Throw() => throw new InvalidOperationException("secret detail: password=hunter2");
}

public sealed record Counted(int By);

public sealed record Count(int By, string? Note = null, IReadOnlyList<Count>? Parts = null, IReadOnlyList<string>? Tags = null, IReadOnlyList<int?>? Marks = null);

public sealed record Move(string From, string To, int By);

public sealed record TallyView(string Id, int Count, long Version);

public sealed class TallyUnderTest(PostgresFixture postgres) : IAsyncLifetime
{
    public const string Tenant = "utah-state";

    public ServiceUnderTest Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Definition);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
