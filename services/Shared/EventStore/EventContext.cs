namespace Pathways.EventStore;

/// <summary>Who causes the events of one unit of work, for whom, and in which chain of causes. Stored with every event.</summary>
/// <param name="Tenant">The institution; from the token or from the message, never from a body.</param>
/// <param name="Actor">Client or person that acts; a service's name when it reacts to an event. No personal data.</param>
/// <param name="CorrelationId">One id for everything that follows from one request.</param>
/// <param name="Cause">The event that this reacts to; null for a request from outside.</param>
/// <param name="TraceParent">W3C trace context, so that one trace spans the services.</param>
public sealed record EventContext(string Tenant, string Actor, string CorrelationId, EventCause? Cause = null, string? TraceParent = null);

/// <param name="Source">The service in whose log the causing event is.</param>
/// <param name="EventId">Its id. Ids of the events that follow are derived from it, so a repeated reaction stores nothing twice.</param>
public sealed record EventCause(string Source, Guid EventId);
