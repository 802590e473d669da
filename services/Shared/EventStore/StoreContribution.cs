namespace Pathways.EventStore;

/// <summary>What another shared room brings into a service's store; register it as a singleton.</summary>
/// <param name="Schema">Idempotent SQL, run by the migration.</param>
/// <param name="EventTypes">Events that the room appends itself, by stored alias.</param>
public sealed record StoreContribution(string Schema, IReadOnlyDictionary<string, Type> EventTypes);
