using Pathways.Messaging.Feed;
using Pathways.WebDefaults;

namespace Pathways.InstitutionFeed.Queues;

/// <param name="Name">Lower-case letters, digits and hyphens; without one it is the institution's first queue.</param>
public sealed record OpenQueueRequest(string? Name = null);

/// <param name="Broker">AMQP URI; the operator makes user and password (<c>POST /access/feed-users</c>).</param>
/// <param name="Type">A RabbitMQ stream: set <c>x-stream-offset</c> to <c>first</c>, <c>next</c>, an offset or a time when consuming.</param>
/// <param name="Ready">It can be consumed, from the institution's first event on.</param>
public sealed record QueueView(string Name, string Queue, string Type, Uri Broker, string Exchange, string BindingKey, bool Ready);

public static class QueueRoutes
{
    public static void MapQueues(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/feed/queues").WithTags("queues").RequireScope(Scopes.Feed);
        group.MapPost("", OpenAsync)
            .WithSummary("Opens a queue of the institution's own at the broker; it holds all events from the first on.")
            .Produces<QueueView>(StatusCodes.Status202Accepted);
        group.MapGet("", ListAsync).WithSummary("The institution's queues.");
    }

    private static async Task<IResult> OpenAsync(OpenQueueRequest request, HttpContext http, CommandEndpoint endpoint, InstitutionQueues queues, QueueTable table)
    {
        string tenant = http.Caller().Tenant;
        string name = request.Name ?? "";
        bool isReady = await table.IsReadyAsync(tenant, name, http.RequestAborted);
        return await endpoint.RunAsync(
            http, FeedQueues.Stream, FeedQueues.Decider,
            state => FeedQueues.Open(state, tenant, name),
            (state, _) => View(queues, new QueueRow(tenant, name, state.ByName[name], isReady, BoundAt: null)),
            StatusCodes.Status202Accepted,
            inline: (work, state) =>
            {
                if (work.Appends.Count > 0) work.Write(QueueTable.Unready(tenant, name, state.ByName[name]));
            },
            location: "/feed/queues");
    }

    private static async Task<IReadOnlyList<QueueView>> ListAsync(HttpContext http, QueueTable table, InstitutionQueues queues, CancellationToken cancellation)
        => [.. (await table.OfAsync(http.Caller().Tenant, cancellation)).Select(row => View(queues, row))];

    private static QueueView View(InstitutionQueues queues, QueueRow row)
    {
        var described = queues.Describe(row.Tenant, row.Queue);
        return new QueueView(row.Name, row.Queue, "stream", described.Broker, described.Exchange, described.BindingKey, row.Ready);
    }
}
