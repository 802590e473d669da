namespace Pathways.Messaging.Operating;

/// <summary>An operator decided that a message is never handled here. In the stream <c>parked-source-stream</c>.</summary>
/// <param name="Version">In its stream at the source.</param>
/// <param name="Error">Why it could not be handled.</param>
public sealed record MessageSkipped(string Source, string Stream, long Version, Guid? EventId, string? Type, string? Error, string Reason)
{
    public const string Alias = "message_skipped";
}
