using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pathways.Contracts;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Publishing;

/// <summary>
/// The log is the outbox: follows it and publishes what has a translation, the events of one stream one after the other,
/// each confirmed by the broker before the next. Returns only when all of a batch is confirmed; the position moves after
/// that, so a crash publishes again with the same ids and never leaves anything out.
/// </summary>
internal sealed class Publisher(PublicStreams streams, PublicHeads heads, ConfirmedPublishing broker, MessagingTelemetry telemetry) : ISubscription
{
    public string Name => "publisher";

    public async Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
    {
        var published = await TranslateAsync(batch, cancellation);
        if (published.Count == 0) return;
        await broker.PublishInLanesAsync(published, item => item.Key, PublishAsync, cancellation);
        await heads.StoreAsync([.. published.GroupBy(item => item.Key).Select(HeadOf)], cancellation);
    }

    private async Task<List<Translated>> TranslateAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
    {
        var known = await heads.ReadAsync([.. batch.Select(item => KeyOf(item.Event)).Distinct()], cancellation);
        var translated = new List<Translated>();
        foreach (var item in batch)
        {
            if (streams.Translate(item.Event) is not { } data) continue;
            var key = KeyOf(item.Event);
            // A head at or after this event is of an earlier attempt at this batch: the stream itself knows what came before.
            if (!known.TryGetValue(key, out long previous) || previous >= item.Event.Version)
                previous = await streams.PreviousAsync(key.Tenant, key.Stream, item.Event.Version, cancellation);
            translated.Add(new Translated(key, item.Position, item.Hash, streams.ToCloudEvent(item.Event, data, previous), PublicEvents.NameOf(data.GetType())));
            known[key] = item.Event.Version;
        }
        return translated;
    }

    private async Task PublishAsync(Translated item, CancellationToken cancellation)
    {
        var cloudEvent = item.CloudEvent;
        using var activity = telemetry.StartPublishing(cloudEvent, cloudEvent.TraceParent);
        await broker.PublishAsync(
            new OutgoingMessage(
                BrokerTopology.Events,
                BrokerTopology.RoutingKey(item.Name),
                cloudEvent.Id,
                CloudEvent.MediaType,
                Encoding.UTF8.GetBytes(cloudEvent.ToJson()),
                new Dictionary<string, string>(MessageHeaders.Of(cloudEvent, activity?.Id ?? cloudEvent.TraceParent))
                {
                    [MessageHeaders.Position] = item.Position.ToString(CultureInfo.InvariantCulture),
                    [MessageHeaders.LogHash] = Convert.ToHexStringLower(item.LogHash.Span),
                },
                Mandatory: true),
            cancellation);
        telemetry.Published(cloudEvent);
    }

    private static StreamKey KeyOf(RecordedEvent recorded) => new(recorded.Tenant, recorded.Stream);

    private static PublicHead HeadOf(IGrouping<StreamKey, Translated> stream)
    {
        var last = stream.Last();
        return new PublicHead(stream.Key, last.CloudEvent.Version, last.Position);
    }

    private sealed record Translated(StreamKey Key, long Position, ReadOnlyMemory<byte> LogHash, CloudEvent CloudEvent, PublicEventAttribute Name);
}
