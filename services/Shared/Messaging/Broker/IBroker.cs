using Pathways.Messaging.Publishing;

namespace Pathways.Messaging.Broker;

/// <summary>The message broker, as far as publishing goes.</summary>
public interface IBroker
{
    /// <summary>
    /// Returns when the broker has taken responsibility. Throws when it returned the message, refused it or did not answer:
    /// then the message may be there or not.
    /// </summary>
    Task PublishAsync(OutgoingMessage message, CancellationToken cancellation);
}
