using System.Text;
using System.Text.Json;
using Pathways.Contracts;

namespace Pathways.Messaging.Wire;

/// <summary>A public event of another service, as it arrived.</summary>
/// <param name="Source">The publishing service.</param>
/// <param name="Version">In its stream at the source.</param>
/// <param name="Previous">Version of the public event before it in the stream.</param>
/// <param name="Data">Null: the type is unknown to this build.</param>
/// <param name="Json">The contract's JSON, also of an unknown type.</param>
public sealed record IncomingEvent(
    Guid Id,
    string Source,
    string Type,
    string Tenant,
    string Stream,
    long Version,
    long Previous,
    DateTimeOffset RecordedAt,
    DateTimeOffset ValidTime,
    string CorrelationId,
    string? TraceParent,
    IPublicEvent? Data,
    JsonElement Json)
{
    /// <summary>The whole CloudEvent, byte for byte as the source wrote it.</summary>
    public string Text { get; init; } = "";

    /// <exception cref="UnreadableMessageException">It is not JSON, not an event of ours, or its data breaks its contract.</exception>
    public static IncomingEvent Parse(ReadOnlyMemory<byte> body)
    {
        var read = CloudEvent.Parse(body.Span);
        return new IncomingEvent(
            read.Id, read.Service, read.Type, read.Tenant, read.Subject, read.Version, read.PreviousVersion,
            read.Time, read.ValidTime, read.CorrelationId, read.TraceParent, DataOf(read), read.Data)
        {
            Text = Encoding.UTF8.GetString(body.Span),
        };
    }

    private static IPublicEvent? DataOf(CloudEvent read)
    {
        if (PublicEvents.Find(read.Type) is not { } type) return null;
        try
        {
            return (IPublicEvent?)read.Data.Deserialize(type, PublicEvents.Json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UnreadableMessageException($"{read.Type}: {e.Message}", e);
        }
    }
}
