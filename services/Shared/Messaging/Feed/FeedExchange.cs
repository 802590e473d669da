using System.Collections.Concurrent;
using System.Text;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Feed;

/// <param name="Text">The CloudEvent, exactly as its source wrote it.</param>
/// <param name="TraceParent">Of what received it here.</param>
public sealed record FeedItem(CloudEvent CloudEvent, string Text, string? TraceParent)
{
    public static FeedItem Of(string text, string? traceParent) => new(CloudEvent.Parse(Encoding.UTF8.GetBytes(text)), text, traceParent);

    internal OutgoingMessage ToMessage(string exchange, string routingKey, string? traceParent, bool mandatory) => new(
        exchange, routingKey, CloudEvent.Id, CloudEvent.MediaType, Encoding.UTF8.GetBytes(Text), MessageHeaders.Of(CloudEvent, traceParent), mandatory);
}

/// <summary>What institutions' queues are bound to.</summary>
public sealed class FeedExchange(ConfirmedPublishing broker, MessagingTelemetry telemetry)
{
    /// <summary>
    /// Returns when all are confirmed; the events of one stream in order. A tenant without a queue reads over HTTP, and nobody
    /// misses what the broker drops; of a tenant with one, a message that reaches no queue comes back, and nothing of that
    /// tenant is published after it.
    /// </summary>
    /// <param name="withQueue">Tenants that have a queue which takes live events.</param>
    /// <returns>The tenants whose queues were not reached. All of theirs is to be published again when those are bound: some may come twice.</returns>
    public async Task<HashSet<string>> PublishAsync(
        IReadOnlyList<FeedItem> items, IReadOnlySet<string> withQueue, CancellationToken cancellation)
    {
        var unreached = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await broker.PublishInLanesAsync(items, item => (item.CloudEvent.Source, item.CloudEvent.Subject), PublishOneAsync, cancellation);
        return [.. unreached.Keys];

        async Task PublishOneAsync(FeedItem item, CancellationToken token)
        {
            string tenant = item.CloudEvent.Tenant;
            if (unreached.ContainsKey(tenant)) return;
            if (!await PublishAsync(item, mandatory: withQueue.Contains(tenant), token)) unreached.TryAdd(tenant, true);
        }
    }

    private async Task<bool> PublishAsync(FeedItem item, bool mandatory, CancellationToken cancellation)
    {
        using var activity = telemetry.StartPublishing(item.CloudEvent, item.TraceParent);
        string routingKey = BrokerTopology.FeedRoutingKey(item.CloudEvent.Tenant, item.CloudEvent.Type);
        if (!await broker.TryPublishAsync(item.ToMessage(BrokerTopology.Feed, routingKey, activity?.Id ?? item.TraceParent, mandatory), cancellation)) return false;
        telemetry.Published(item.CloudEvent);
        return true;
    }
}
