using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary><c>GET /xapi/agents</c>: a Person with the identifier that was asked for and the names statements give it.</summary>
internal static class Agents
{
    private const int StatementsRead = 20;

    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapMethods("/xapi/agents", ["GET", "HEAD"], GetAsync).RequireScope(XapiScopes.Describe).ReadsQuery("agent", "An agent or identified group, as JSON", isRequired: true)
            .RecordsDisclosure(Purpose.RecordKeeping, inBackground: true)
            .WithName("GetPerson").WithSummary("A person: an agent's identifiers and names.");

    private static async Task<IResult> GetAsync(HttpContext http, StatementTable table, Pseudonyms pseudonyms, XapiCallers callers)
    {
        var parameters = new Parameters(http.Request);
        var identity = parameters.Agent("agent");
        if (identity is null) parameters.Require("agent");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();

        using var asked = StatementJson.Parse(Encoding.UTF8.GetBytes(parameters.Text("agent")!)).Value!;
        var names = new SortedSet<string>(StringComparer.Ordinal);
        AddName(names, asked.RootElement);
        string tenant = http.Caller().Tenant;
        http.Disclose([pseudonyms.LearnerId(tenant, identity!)]);
        var mentioned = TermFilter.Of(pseudonyms, tenant, TermKind.Agent, identity!.Canonical, related: true);
        var query = new StatementQuery([mentioned], 0, long.MaxValue, Ascending: false, StatementsRead).VisibleTo(callers.Of(http), pseudonyms, tenant);
        foreach (var statement in await table.FindAsync(tenant, query, http.RequestAborted))
        {
            using var document = JsonDocument.Parse(statement.Json);
            foreach (var agent in Mentions.In(document.RootElement).Agents.Select(mention => mention.Agent).Where(agent => Identity.Of(agent) == identity)) AddName(names, agent);
        }
        var person = new JsonObject { ["objectType"] = "Person" };
        if (names.Count > 0) person["name"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        foreach (var member in asked.RootElement.EnumerateObject().Where(member => member.Name is "mbox" or "mbox_sha1sum" or "openid" or "account"))
            person[member.Name] = new JsonArray(JsonNode.Parse(member.Value.GetRawText()));
        return Results.Ok(person);
    }

    private static void AddName(SortedSet<string> names, JsonElement agent)
    {
        if (agent.TryGetProperty("name", out var name)) names.Add(name.GetString()!);
    }
}
