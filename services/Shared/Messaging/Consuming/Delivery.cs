namespace Pathways.Messaging.Consuming;

/// <summary>A message as the broker handed it over.</summary>
internal sealed record Delivery(byte[] Body, Func<string, string?> Header);

/// <summary>A stream of a source, as this service takes it.</summary>
public readonly record struct SourceStream(string Tenant, string Source, string Stream);
