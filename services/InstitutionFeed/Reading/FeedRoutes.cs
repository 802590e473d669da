using System.Buffers.Text;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.Messaging.Wire;
using Pathways.WebDefaults;

namespace Pathways.InstitutionFeed.Reading;

/// <param name="Items">CloudEvents.</param>
/// <param name="Next">Where to go on reading, also when nothing more is there yet.</param>
public sealed record FeedPage(IReadOnlyList<JsonElement> Items, string? Next);

/// <summary>The feed over HTTP: in pages, or as server-sent events; both can go on where they were left.</summary>
public static class FeedRoutes
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    private static Rejection BeyondEnd { get; } = Rejection.Conflict(
        "cursor-beyond-end",
        "The feed ends before this cursor: it was restored from a backup, or begun anew.",
        "Read again without a cursor; an event that you have already is known by its id.");

    public static void MapFeed(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/feed").WithTags("feed").RequireScope(Scopes.Feed);
        group.MapGet("/events", ReadAsync)
            .WithSummary("The institution's public events as CloudEvents, in order, after a cursor (?after=, ?limit= up to 200).")
            .Produces<FeedPage>().ReadsPage().ReadsProjection("feed");
        group.MapGet("/stream", FollowAsync)
            .WithSummary("The same as server-sent events; Last-Event-ID or ?after= goes on after an event.")
            .Produces<CloudEvent>(contentType: "text/event-stream").ReadsQuery("after", "The cursor of the event after which it goes on; without it, from the first one")
            .DisableRequestTimeout();
    }

    private static async Task<IResult> ReadAsync(HttpContext http, FeedReader feed, CancellationToken cancellation)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        if (PositionOf(page.Value.After) is not { } after) return Problem.Of(ProblemCodes.InvalidCursor, place: "after");

        var entries = await feed.ReadAsync(http.Caller().Tenant, after, page.Value.Limit + 1, cancellation);
        if (entries.Count == 0 && !await feed.ReachesAsync(after, cancellation)) return BeyondEnd.ToProblem();
        var items = entries.Take(page.Value.Limit).ToList();
        string? next = items.Count > 0 ? Cursor(items[^1].Position) : Given(http);
        if (entries.Count > items.Count)
            http.Response.Headers.Link = $"</feed/events?after={next}&limit={page.Value.Limit.ToString(CultureInfo.InvariantCulture)}>; rel=\"next\"";
        return TypedResults.Ok(new FeedPage([.. items.Select(entry => JsonElement.Parse(entry.CloudEvent))], next));
    }

    private static async Task<IResult> FollowAsync(HttpContext http, FeedReader feed, CancellationToken cancellation)
    {
        string last = http.Request.Headers["Last-Event-ID"].ToString();
        string? given = last.Length > 0 ? last : Given(http);
        if (PositionOf(given is null ? null : Decode(given) ?? "") is not { } after)
            return Problem.Of(ProblemCodes.InvalidCursor, place: last.Length > 0 ? "Last-Event-ID" : "after");
        if (!await feed.ReachesAsync(after, cancellation)) return BeyondEnd.ToProblem();
        // The proxy must hand on each event as it comes.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(EventsAsync(feed, http.Caller().Tenant, after, cancellation));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        FeedReader feed, string tenant, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var entry in feed.FollowAsync(tenant, after, SignOfLife, cancellation))
        {
            yield return entry is null
                ? new SseItem<string>("", "alive")
                : new SseItem<string>(entry.CloudEvent) { EventId = Cursor(entry.Position) };
        }
    }

    private static string? Given(HttpContext http) => http.Request.Query["after"].ToString() is { Length: > 0 } given ? given : null;

    private static string Cursor(long position)
        => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position.ToString(CultureInfo.InvariantCulture)));

    private static string? Decode(string cursor)
        => Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : null;

    private static long? PositionOf(string? after)
    {
        if (after is null) return 0;
        return long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out long position) ? position : null;
    }
}
