using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>
/// <c>GET /xapi/activities</c>: an activity with what statements say of it. It is put together from the latest statements when
/// it is asked for, so that a voided or erased statement has no part in it, and no writer waits for another one's activity.
/// </summary>
internal static class Activities
{
    private const int StatementsRead = 100;

    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapMethods("/xapi/activities", ["GET", "HEAD"], GetAsync).RequireScope(XapiScopes.Describe).ReadsQuery("activityId", "The activity's IRI", isRequired: true)
            .WithName("GetActivity").WithSummary("An activity, with its definition merged from statements.");

    private static async Task<IResult> GetAsync(HttpContext http, StatementTable table, Pseudonyms pseudonyms, XapiCallers callers)
    {
        var parameters = new Parameters(http.Request);
        string? id = parameters.Iri("activityId");
        if (id is null) parameters.Require("activityId");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();

        string tenant = http.Caller().Tenant;
        var mentioned = TermFilter.Of(pseudonyms, tenant, TermKind.Activity, id!, related: true);
        var query = new StatementQuery([mentioned], 0, long.MaxValue, Ascending: false, StatementsRead)
        {
            Without = pseudonyms.Term(tenant, new Term(TermKind.NotDefining, "")),
        };
        var statements = await table.FindAsync(tenant, query.VisibleTo(callers.Of(http), pseudonyms, tenant), http.RequestAborted);
        var definition = new JsonObject();
        // From the oldest on, so that the newest word counts.
        foreach (var statement in statements.Reverse())
        {
            using var document = JsonDocument.Parse(statement.Json);
            foreach (var said in Mentions.In(document.RootElement).Activities.Select(mention => mention.Activity).Where(activity => activity.GetProperty("id").ValueEquals(id)))
            {
                if (said.TryGetProperty("definition", out var part)) Merge(definition, part);
            }
        }
        var activity = new JsonObject { ["objectType"] = "Activity", ["id"] = id };
        if (definition.Count > 0) activity["definition"] = definition;
        return Results.Ok(activity);
    }

    private static void Merge(JsonObject definition, JsonElement part)
    {
        foreach (var member in part.EnumerateObject())
        {
            var value = JsonNode.Parse(member.Value.GetRawText());
            // Maps of languages and of extensions grow; everything else is replaced.
            if (member.Name is "name" or "description" or "extensions" && definition[member.Name] is JsonObject known && value is JsonObject added)
            {
                foreach (var (name, item) in added) known[name] = item?.DeepClone();
            }
            else
            {
                definition[member.Name] = value;
            }
        }
    }
}
