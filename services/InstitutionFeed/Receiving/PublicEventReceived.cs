namespace Pathways.InstitutionFeed.Receiving;

/// <summary>A public event of a service arrived. In the stream <c>feed-source-stream</c> of its tenant.</summary>
/// <param name="CloudEvent">Exactly as the source wrote it, also of a type unknown to this build.</param>
public sealed record PublicEventReceived(string CloudEvent);
