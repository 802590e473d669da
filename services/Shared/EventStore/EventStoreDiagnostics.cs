using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pathways.EventStore;

/// <summary>The names under which this room is observed. Dashboards and alerts rest on them.</summary>
public static class EventStoreDiagnostics
{
    public const string SourceName = "Pathways.EventStore";

    public static readonly ActivitySource Activities = new(SourceName);

    internal static readonly Meter Meter = new(SourceName);

    /// <summary>Seconds from the call to the commit's answer; tag <c>outcome</c>: committed, rejected, failed.</summary>
    internal static readonly Histogram<double> AppendDuration = Meter.CreateHistogram<double>("pathways.eventstore.append.duration", "s");

    /// <summary>Seconds between an event's transaction and its place in the log.</summary>
    internal static readonly Histogram<double> SealLag = Meter.CreateHistogram<double>("pathways.eventstore.seal.lag", "s");

    /// <summary>Seconds between an event's transaction and its being applied; tag <c>projection</c>.</summary>
    internal static readonly Histogram<double> ProjectionLag = Meter.CreateHistogram<double>("pathways.eventstore.projection.lag", "s");

    /// <summary>Seconds between an event's transaction and its being handled; tag <c>subscription</c>.</summary>
    internal static readonly Histogram<double> SubscriptionLag = Meter.CreateHistogram<double>("pathways.eventstore.subscription.lag", "s");
}
