using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore.Integrity;

namespace Pathways.WebDefaults;

/// <summary>Every service shows its events, their causes and their hashes to those who may audit.</summary>
internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder routes, ServiceDefinition definition)
    {
        var audit = routes.MapGroup($"/{definition.Name}/audit").WithTags("audit");
        audit.MapGet("/streams/{stream}", StreamAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).RecordsDisclosure(Purpose.AuditOrEvaluation).Produces<Page<AuditEventView>>();
        audit.MapGet("/events/{id:guid}", EventAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).RecordsDisclosure(Purpose.AuditOrEvaluation).Produces<AuditEventView>();
        audit.MapGet("/head", HeadAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<LogHeadView>();
        audit.MapGet("/log", LogAsync).RequireScope(Scopes.Operator).Produces<Page<LogEntryView>>();
    }

    private static async Task<IResult> StreamAsync(string stream, string? tenant, AuditLog log, HttpContext http, CancellationToken cancellation)
    {
        var events = new List<AuditEventView>();
        foreach (string owner in TenantOf(http, tenant) is { } one ? [one] : await log.TenantsOfStreamAsync(stream, cancellation))
            events.AddRange((await log.StreamAsync(owner, stream, cancellation)).Select(AuditEventView.Of));
        foreach (var shown in events) http.Disclose(shown.Tenant, shown.Learners());
        return events.Count == 0
            ? Problem.Of(ProblemCodes.NotFound, "There is no such stream.")
            : TypedResults.Ok(new Page<AuditEventView>(events, Next: null));
    }

    private static async Task<IResult> EventAsync(Guid id, string? tenant, AuditLog log, HttpContext http, CancellationToken cancellation)
    {
        string? owner = TenantOf(http, tenant) ?? (await log.TenantsOfEventAsync(id, cancellation)).SingleOrDefault();
        if (owner is null || await log.EventAsync(owner, id, cancellation) is not { } found) return Problem.Of(ProblemCodes.NotFound, "There is no such event.");
        var shown = AuditEventView.Of(found);
        http.Disclose(shown.Tenant, shown.Learners());
        return TypedResults.Ok(shown);
    }

    private static async Task<IResult> HeadAsync(AuditLog log, CancellationToken cancellation)
    {
        var head = await log.HeadAsync(cancellation);
        return TypedResults.Ok(new LogHeadView(head.Position, Convert.ToHexStringLower(head.Hash)));
    }

    /// <summary>All tenants. The cursor is a position, told in the open: who verifies checks that there are no gaps.</summary>
    private static async Task<IResult> LogAsync(long? after, int? limit, AuditLog log, CancellationToken cancellation)
    {
        int size = Math.Clamp(limit ?? PageRequest.MaxLimit, 1, PageRequest.MaxLimit);
        var entries = await log.PageAsync(after ?? 0, size, cancellation);
        string? next = entries.Count == size ? $"{entries[^1].Position}" : null;
        return TypedResults.Ok(new Page<LogEntryView>([.. entries.Select(LogEntryView.Of)], next));
    }

    /// <summary>Who has a token for all tenants may name one, or ask for any (null); for everybody else it is the token's, whatever they name.</summary>
    private static string? TenantOf(HttpContext http, string? named)
        => http.Caller().Tenant is not Caller.AllTenants and var own ? own : named;
}
