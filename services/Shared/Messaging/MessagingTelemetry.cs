using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging;

/// <summary>
/// Traces and meters, both named <see cref="Name"/>. A trace runs on from what is stored with the event, so that one
/// trace leads from the request through all services.
/// </summary>
public sealed class MessagingTelemetry : IDisposable
{
    public const string Name = "Pathways.Messaging";

    private static readonly ActivitySource Activities = new(Name);

    private readonly TimeProvider _time;
    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _publishLag;
    private readonly Histogram<double> _consumerLag;

    public MessagingTelemetry(TimeProvider time, MessagingStatus status)
    {
        _time = time;
        _publishLag = _meter.CreateHistogram<double>("pathways.publish.lag", "s", "From an event's recording to the broker's confirm.");
        _consumerLag = _meter.CreateHistogram<double>("pathways.consumer.lag", "s", "From an event's recording at its source to its effect here.");
        _meter.CreateObservableGauge("pathways.parked.streams", () => status.ParkedStreams, "{stream}", "Streams that wait for an operator.");
    }

    internal Activity? StartPublishing(CloudEvent cloudEvent, string? traceParent)
        => Start("publish", ActivityKind.Producer, traceParent, cloudEvent.Type, cloudEvent.Id);

    internal Activity? StartConsuming(IncomingEvent incoming, string? traceParent)
        => Start("process", ActivityKind.Consumer, traceParent, incoming.Type, incoming.Id);

    internal void Published(CloudEvent cloudEvent) => _publishLag.Record(Age(cloudEvent.Time), Tag(cloudEvent.Service));

    internal void Consumed(IncomingEvent incoming) => _consumerLag.Record(Age(incoming.RecordedAt), Tag(incoming.Source));

    public void Dispose() => _meter.Dispose();

    private static Activity? Start(string operation, ActivityKind kind, string? traceParent, string type, Guid id)
    {
        _ = ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent);
        var activity = Activities.StartActivity($"{operation} {type}", kind, parent);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.operation.type", operation);
        activity?.SetTag("messaging.message.id", id.ToString());
        return activity;
    }

    private static KeyValuePair<string, object?> Tag(string source) => new("source", source);

    private double Age(DateTimeOffset recordedAt) => Math.Max(0, (_time.GetUtcNow() - recordedAt).TotalSeconds);
}
