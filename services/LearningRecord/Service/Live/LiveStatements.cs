using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Live;

/// <summary>
/// <c>GET /learning-record/statements/live</c>: statements as they are stored, by the filters of the statements resource. It ends
/// with its token, and when the service stops; <c>Last-Event-ID</c> goes on where it was left.
/// </summary>
internal static class LiveStatements
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);
    private const int AtOnce = 100;

    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapGet("/learning-record/statements/live", Follow).RequireScope(XapiScopes.Read).ReadsFilters().ReadsPurpose()
            .WithName("FollowStatements").WithSummary("Statements as they are stored, as server-sent events, by the filters of the statements resource.")
            .Produces<string>(contentType: "text/event-stream").DisableRequestTimeout();

    private static IResult Follow(
        HttpContext http, StatementTable table, StoredClock clock, Pseudonyms pseudonyms, XapiCallers callers, TimeProvider time, IHostApplicationLifetime host)
    {
        var parameters = new Parameters(http.Request);
        string tenant = http.Caller().Tenant;
        var filters = FindStatements.Filters(parameters, tenant, pseudonyms);
        string last = http.Request.Headers["Last-Event-ID"].ToString();
        long after = StoredClock.LastOf(clock.ConsistentThrough());
        if (last.Length > 0 && !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            parameters.Refuse("Last-Event-ID", "This is no id that an event of this stream had.", "Send the id of the last event, or leave it out.");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();
        var purpose = Purpose.Of(http, Purpose.RecordKeeping);
        if (!purpose.IsAccepted) return purpose.Rejection.ToProblem();
        // The proxy must hand on each event as it comes.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        http.Response.RegisterForDispose(end);
        if (Expiry(http.User) is { } expiry) end.CancelAfter(Positive(expiry - time.GetUtcNow()));
        var query = new StatementQuery(filters, after, long.MaxValue, Ascending: true, AtOnce).VisibleTo(callers.Of(http), pseudonyms, tenant);
        var events = EventsAsync(
            table, clock, time, tenant, query,
            shown => http.DiscloseAsync(purpose.Value, shown.Select(statement => statement.LearnerId)), end.Token);
        return TypedResults.ServerSentEvents(events);
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        StatementTable table, StoredClock clock, TimeProvider time, string tenant, StatementQuery query,
        Func<IReadOnlyList<StoredText>, Task> discloseAsync, [EnumeratorCancellation] CancellationToken end)
    {
        long told = time.GetTimestamp();
        yield return new SseItem<string>("", "alive");
        while (!end.IsCancellationRequested)
        {
            // Nothing beyond it yet: a statement before one that is told could still be on its way.
            long through = StoredClock.LastOf(clock.ConsistentThrough());
            var found = through > query.After ? await FindAsync(table, tenant, query with { Through = through }, end) : [];
            if (found.Count > 0) await discloseAsync(found);
            foreach (var statement in found)
            {
                yield return new SseItem<string>(Encoding.UTF8.GetString(statement.Json), "statement") { EventId = statement.Seq.ToString(CultureInfo.InvariantCulture) };
                told = time.GetTimestamp();
            }
            query = query with { After = found.Count > 0 ? found[^1].Seq : Math.Max(query.After, through) };
            if (found.Count == query.Limit) continue;
            if (time.GetElapsedTime(told) > SignOfLife)
            {
                told = time.GetTimestamp();
                yield return new SseItem<string>("", "alive");
            }
            await Task.Delay(BetweenLooks, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>An end in the middle of a look is an end, and no error.</summary>
    private static async Task<IReadOnlyList<StoredText>> FindAsync(StatementTable table, string tenant, StatementQuery query, CancellationToken end)
    {
        try
        {
            return await table.FindAsync(tenant, query, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return [];
        }
    }

    private static DateTimeOffset? Expiry(ClaimsPrincipal principal)
        => long.TryParse(principal.FindFirstValue("exp"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
