using System.Text.Json.Nodes;

namespace Pathways.Cli.Audit;

/// <summary>One event as a service's audit route tells it, with its place in that service's sealed log.</summary>
internal sealed record AuditedEvent(
    string Service,
    Guid Id,
    string Tenant,
    string Stream,
    long Version,
    string Type,
    long? Position,
    string? Hash,
    DateTimeOffset RecordedAt,
    string Actor,
    string CorrelationId,
    AuditedCause? Cause,
    JsonObject Data)
{
    public static AuditedEvent From(string service, JsonNode node) => new(
        service,
        (Guid)node["id"]!,
        (string)node["tenant"]!,
        (string)node["stream"]!,
        (long)node["version"]!,
        (string)node["type"]!,
        (long?)node["position"],
        (string?)node["hash"],
        (DateTimeOffset)node["recordedAt"]!,
        (string)node["actor"]!,
        (string)node["correlationId"]!,
        node["cause"] is JsonObject cause ? new AuditedCause((string)cause["source"]!, (Guid)cause["eventId"]!) : null,
        node["data"] as JsonObject ?? []);
}

internal sealed record AuditedCause(string Source, Guid EventId);
