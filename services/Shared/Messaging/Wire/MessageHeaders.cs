using System.Globalization;

namespace Pathways.Messaging.Wire;

/// <summary>
/// AMQP headers beside the event. They repeat where it belongs, so that a message whose body can't be read still parks
/// the right stream.
/// </summary>
public static class MessageHeaders
{
    public const string Source = "pathways-source";
    public const string Tenant = "pathways-tenant";
    public const string Stream = "pathways-stream";
    public const string Version = "pathways-version";
    public const string TraceParent = "traceparent";

    /// <summary>In the source's log, and the log's hash there.</summary>
    public const string Position = "pathways-position";
    public const string LogHash = "pathways-log-hash";

    internal static IReadOnlyDictionary<string, string> Of(CloudEvent cloudEvent, string? traceParent)
    {
        var headers = new Dictionary<string, string>
        {
            [Source] = cloudEvent.Service,
            [Tenant] = cloudEvent.Tenant,
            [Stream] = cloudEvent.Subject,
            [Version] = cloudEvent.Version.ToString(CultureInfo.InvariantCulture),
        };
        if (traceParent is not null) headers[TraceParent] = traceParent;
        return headers;
    }
}
