using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore.Integrity;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Wire;
using Pathways.WebDefaults;

namespace Pathways.Messaging.Operating;

/// <summary>Messaging over HTTP: the source's side of gap repair, and the operator's side of parked streams.</summary>
public static class MessagingRoutes
{
    private const int PageSize = 200;

    /// <summary>For other services: what this one has published, from the streams themselves.</summary>
    public static void MapPublicEvents(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Prefix(routes)).WithTags("messaging").RequireScope(Scopes.Service);
        group.MapGet("/public-events", PublicEventsAsync)
            .WithSummary("A stream's public events after a version, in order, at most 200.")
            .Produces<IReadOnlyList<CloudEvent>>(contentType: CloudEvent.BatchMediaType);
        group.MapGet("/public-heads", async (PublicHeads heads, CancellationToken cancellation, long after = 0) =>
                (await heads.ReadAfterAsync(after, PageSize, cancellation)).Select(head => new StreamHead(head.Key.Tenant, head.Key.Stream, head.Version, head.Position)))
            .WithSummary("The last public version of each stream, in the order of publishing, at most 200 after a position.");
        group.MapGet("/public-log", LogAsync)
            .WithSummary("How far the log reaches, and its hash at a position: a consumer that remembers another one knows that the log was restored.");
        group.MapGet("/public-positions", async (Guid[] ids, AuditLog log, CancellationToken cancellation) => ids.Length <= PageSize
                ? Results.Ok(await log.PositionsAsync(ids, cancellation))
                : Rejection.Invalid("too-many-ids", $"At most {PageSize} can be asked for at once.", "Ask for fewer at once.", "ids").ToProblem())
            .Produces<IReadOnlyList<EventPosition>>()
            .WithSummary("Which of these events are in the log, and where; at most 200.");
    }

    /// <summary>For the operator: streams whose next message can't be handled, and sources that are not what they were.</summary>
    public static void MapParkedStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Prefix(routes) + "/sources", (SourceComparison comparison, CancellationToken cancellation) => comparison.AllAsync(cancellation))
            .WithTags("messaging").RequireScope(Scopes.Operator)
            .Produces<IReadOnlyList<SourceView>>()
            .WithSummary("The services whose events are taken here: whether each still has what came from it, and of a restored one what it lacks.");
        routes.MapPost(Prefix(routes) + "/sources/{source}/accept", async (
                string source, AcceptSourceRequest request, SourceAcceptance acceptance, HttpContext http, CancellationToken cancellation) =>
                await acceptance.AcceptAsync(source, request.Reason, request.Confirm, http.EventContext(), cancellation) is var outcome && outcome.IsAccepted
                    ? Results.Ok(outcome.Value)
                    : outcome.Rejection.ToProblem())
            .WithTags("messaging").RequireScope(Scopes.Operator)
            .Produces<SourceAcceptanceView>()
            .WithSummary("Goes on from a restored source: what it has that was not taken here is taken, what followed from what it lost remains and is named in an event. Without confirm it only says what would be.");
        var group = routes.MapGroup(Prefix(routes) + "/parked").WithTags("messaging").RequireScope(Scopes.Operator);
        group.MapGet("", async (ParkedStreams parked, CancellationToken cancellation) => (await parked.ListAsync(PageSize, cancellation)).Select(Describe))
            .WithSummary("The message that each parked stream is stopped at, oldest first.");
        group.MapPost("/{id}/retry", async (string id, ParkedOperation operation, CancellationToken cancellation) =>
                ParkedId.Parse(id) is { } parked ? Answer(await operation.RetryAsync(parked.Stream, cancellation)) : NotParked(id))
            .Produces<ParkedOutcome>()
            .WithSummary("Tries a parked stream's messages again, in order.");
        group.MapPost("/{id}/skip", async (string id, SkipRequest request, ParkedOperation operation, HttpContext http, CancellationToken cancellation) =>
                ParkedId.Parse(id) is { } parked
                    ? Answer(await operation.SkipAsync(parked.Stream, parked.Version, request.Reason, http.EventContext(), cancellation))
                    : NotParked(id))
            .Produces<ParkedOutcome>()
            .WithSummary("Gives up the message that a stream is parked at; the reason is recorded as an event.");
    }

    private static async Task<IResult> PublicEventsAsync(
        string tenant, string stream, PublicStreams streams, CancellationToken cancellation, long after = 0)
    {
        var page = new List<string>();
        await foreach (var published in streams.ReadAsync(tenant, stream, after, cancellation))
        {
            page.Add(published.ToJson());
            if (page.Count == PageSize) break;
        }
        return Results.Text($"[{string.Join(',', page)}]", CloudEvent.BatchMediaType);
    }

    private static async Task<LogState> LogAsync(AuditLog log, CancellationToken cancellation, long at = 0)
    {
        var there = at > 0 ? await log.PageAsync(at - 1, 1, cancellation) : [];
        var head = await log.HeadAsync(cancellation);
        return new LogState(head.Position, Convert.ToHexStringLower(head.Hash), there is [var entry] ? Convert.ToHexStringLower(entry.Hash) : null);
    }

    private static string Prefix(IEndpointRouteBuilder routes) => "/" + routes.ServiceProvider.GetRequiredService<ServiceDefinition>().Name;

    private static ParkedItem Describe(ParkedMessage message) => new(
        new ParkedId(message.Stream, message.Version).ToString(), message.Stream.Source, message.Stream.Tenant, message.Stream.Stream, message.Version,
        message.EventId, message.Type, message.Error, message.Attempts, message.ParkedAt);

    private static IResult Answer(Result<ParkedOutcome> outcome)
        => outcome.IsAccepted ? Results.Ok(outcome.Value) : outcome.Rejection.ToProblem();

    private static Problem NotParked(string id) => ParkedOperation.NotParked($"There is no parked message '{id}'.").ToProblem();
}

/// <param name="Position">Of the last entry.</param>
/// <param name="Hash">Of the chain up to it, hex.</param>
/// <param name="HashThere">At the position that was asked for; null when the log does not reach it.</param>
public sealed record LogState(long Position, string Hash, string? HashThere);

/// <param name="Position">Of its last public event, in the source's log.</param>
public sealed record StreamHead(string Tenant, string Stream, long Version, long Position);

/// <param name="Id">For retry and skip.</param>
/// <param name="Attempts">How often the message was tried.</param>
public sealed record ParkedItem(
    string Id, string Source, string Tenant, string Stream, long Version, Guid? EventId, string? Type, string? Error, int Attempts, DateTimeOffset ParkedAt);

public sealed record SkipRequest(string Reason);

/// <param name="Confirm">Without it nothing is changed.</param>
public sealed record AcceptSourceRequest(string Reason, bool Confirm = false);
