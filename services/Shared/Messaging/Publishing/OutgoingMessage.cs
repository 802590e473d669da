namespace Pathways.Messaging.Publishing;

/// <summary>One message for the broker, persistent and confirmed.</summary>
/// <param name="Mandatory">A message that reaches no queue is an error and not lost in silence.</param>
public sealed record OutgoingMessage(
    string Exchange,
    string RoutingKey,
    Guid Id,
    string ContentType,
    byte[] Body,
    IReadOnlyDictionary<string, string> Headers,
    bool Mandatory);
