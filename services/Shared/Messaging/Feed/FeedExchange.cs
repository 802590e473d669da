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
    /// <summary>Returns when all are confirmed; the events of one stream in order.</summary>
    public Task PublishAsync(IReadOnlyList<FeedItem> items, CancellationToken cancellation) => broker.PublishInLanesAsync(
        items, item => (item.CloudEvent.Source, item.CloudEvent.Subject), PublishAsync, cancellation);

    private async Task PublishAsync(FeedItem item, CancellationToken cancellation)
    {
        using var activity = telemetry.StartPublishing(item.CloudEvent, item.TraceParent);
        string routingKey = BrokerTopology.FeedRoutingKey(item.CloudEvent.Tenant, item.CloudEvent.Type);
        // Not mandatory: a tenant without a queue reads over HTTP.
        await broker.PublishAsync(item.ToMessage(BrokerTopology.Feed, routingKey, activity?.Id ?? item.TraceParent, mandatory: false), cancellation);
        telemetry.Published(item.CloudEvent);
    }
}
