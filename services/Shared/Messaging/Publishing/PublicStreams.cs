using System.Runtime.CompilerServices;
using System.Text.Json;
using Pathways.Contracts;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Publishing;

/// <summary>The public side of this service's streams: the events that have a translation, each with its predecessor.</summary>
internal sealed class PublicStreams(IEnumerable<IPublicTranslation> translations, IEventStore store, MessagingOptions options)
{
    private readonly IReadOnlyList<IPublicTranslation> _translations = [.. translations];

    public IPublicEvent? Translate(RecordedEvent recorded)
    {
        foreach (var translation in _translations)
        {
            if (translation.Translate(recorded) is { } translated) return translated;
        }
        return null;
    }

    public CloudEvent ToCloudEvent(RecordedEvent recorded, IPublicEvent data, long previous) => new(
        recorded.Id,
        CloudEvent.SourceOf(recorded.Tenant, options.Service),
        PublicEvents.NameOf(data.GetType()).Type,
        recorded.Stream,
        recorded.RecordedAt,
        $"{recorded.Version}",
        $"{previous}",
        recorded.ValidTime,
        recorded.CorrelationId,
        recorded.TraceParent,
        JsonSerializer.SerializeToElement(data, data.GetType(), PublicEvents.Json));

    /// <summary>The public events of a stream after a version, in order.</summary>
    public async IAsyncEnumerable<CloudEvent> ReadAsync(
        string tenant, string stream, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long previous = await PreviousAsync(tenant, stream, after + 1, cancellation);
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, after, cancellation))
        {
            if (Translate(recorded) is not { } data) continue;
            yield return ToCloudEvent(recorded, data, previous);
            previous = recorded.Version;
        }
    }

    /// <summary>Version of the last public event before a version; 0 when there is none. Reads the stream from its start.</summary>
    public async Task<long> PreviousAsync(string tenant, string stream, long version, CancellationToken cancellation)
    {
        long previous = 0;
        if (version <= 1) return previous;
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, 0, cancellation))
        {
            if (recorded.Version >= version) break;
            if (Translate(recorded) is not null) previous = recorded.Version;
        }
        return previous;
    }
}
