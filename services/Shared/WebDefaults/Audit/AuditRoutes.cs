using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pathways.WebDefaults;

/// <summary>Every service shows its events, their causes and their hashes to those who may audit.</summary>
internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder routes, ServiceDefinition definition)
    {
        var audit = routes.MapGroup($"/{definition.Name}/audit").WithTags("audit");
        audit.MapGet("/streams/{stream}", StreamAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<Page<AuditEvent>>();
        audit.MapGet("/events/{id:guid}", EventAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<AuditEvent>();
        audit.MapGet("/log", LogAsync).RequireScope(Scopes.Operator).Produces<Page<LogEntry>>();
        audit.MapGet("/head", async (AuditTrail trail, CancellationToken cancellation) => TypedResults.Ok(await trail.HeadAsync(cancellation)))
            .RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service);
    }

    private static async Task<IResult> StreamAsync(
        string stream, string? tenant, long? after, int? limit, AuditTrail trail, HttpContext http, CancellationToken cancellation)
    {
        int size = PageSize(limit);
        var events = await trail.StreamAsync(TenantOf(http, tenant), stream, after ?? 0, size + 1, cancellation);
        return events.Count == 0 && after is null
            ? Problem.Of(ProblemCodes.NotFound, "There is no such stream.")
            : TypedResults.Ok(PageOf(events, size, e => e.Version));
    }

    private static async Task<IResult> EventAsync(
        Guid id, string? tenant, AuditTrail trail, HttpContext http, CancellationToken cancellation)
        => await trail.EventAsync(TenantOf(http, tenant), id, cancellation) is { } found
            ? TypedResults.Ok(found)
            : Problem.Of(ProblemCodes.NotFound, "There is no such event.");

    private static async Task<IResult> LogAsync(long? after, int? limit, AuditTrail trail, CancellationToken cancellation)
    {
        int size = PageSize(limit);
        return TypedResults.Ok(PageOf(await trail.LogAsync(after ?? 0, size + 1, cancellation), size, entry => entry.Position));
    }

    // The cursor is a version or a position, told in the open: an auditor checks that there are no gaps.
    private static Page<T> PageOf<T>(IReadOnlyList<T> itemsAndOneMore, int size, Func<T, long> number)
        => itemsAndOneMore.Count <= size
            ? new Page<T>(itemsAndOneMore, Next: null)
            : new Page<T>([.. itemsAndOneMore.Take(size)], number(itemsAndOneMore[size - 1]).ToString());

    private static int PageSize(int? limit) => Math.Clamp(limit ?? PageRequest.MaxLimit, 1, PageRequest.MaxLimit);

    /// <summary>Who has a token for all tenants may name one; for everybody else it is the token's, whatever they name.</summary>
    private static string? TenantOf(HttpContext http, string? tenant)
        => http.Caller().Tenant == Caller.AllTenants ? tenant : http.Caller().Tenant;
}
