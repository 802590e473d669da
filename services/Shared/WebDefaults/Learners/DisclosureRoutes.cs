using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore.Reading;

namespace Pathways.WebDefaults;

/// <summary>Who has read a learner's record in this service, for the learner to inspect (34 CFR 99.32(c)).</summary>
internal static class DisclosureRoutes
{
    public static void MapDisclosures(this IEndpointRouteBuilder routes, ServiceDefinition definition)
        => routes.MapGet($"/{definition.Name}/learners/{{learnerId}}/disclosures", ListAsync).RequireScope(Scopes.Learners, Scopes.Audit).WithTags("learners")
            .WithSummary("Every read of the learner's record here, oldest first: who, why, when.").Produces<Page<DisclosureView>>().ReadsPage();

    private static async Task<IResult> ListAsync(string learnerId, HttpContext http, TenantReader database, CancellationToken cancellation)
    {
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        // Ids grow with time, so they are the order too.
        string tenant = http.Caller().Tenant;
        var items = await database.QueryAsync(
            tenant,
            """
            select event_id, at, purpose, purpose_stated, client_id, actor, route from events.disclosures
            where tenant_id = $1 and learner_id = $2 and event_id > $3 order by event_id limit $4
            """,
            [new() { Value = tenant }, new() { Value = learnerId }, new() { Value = page.Value.AfterId }, new() { Value = page.Value.Limit + 1 }],
            row => new DisclosureView(
                row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetBoolean(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetGuid(0)),
            cancellation);
        return page.Value.Answer(http, items, item => item.EventId.ToString());
    }
}

/// <param name="Purpose">The legitimate interest.</param>
/// <param name="PurposeStated">False: the caller stated none, and this is what the route is for.</param>
/// <param name="Actor">The person or office the client acted for.</param>
/// <param name="EventId">The event that records it: see the service's audit routes.</param>
public sealed record DisclosureView(DateTimeOffset At, string Purpose, bool PurposeStated, string ClientId, string Actor, string Route, Guid EventId);
