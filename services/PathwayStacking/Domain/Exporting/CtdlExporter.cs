using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Exporting;

/// <summary>
/// Writes a pathway as a CTDL document. What it was imported with comes back as it was, whether or not the model knows it; what could
/// not be carried is told.
/// </summary>
public static class CtdlExporter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] References =
    [
        "ceterms:hasDestinationComponent", "ceterms:targetComponent", "ceterms:proxyFor", "ceterms:precedes", "ceterms:precededBy", "ceterms:prerequisite",
        "ceterms:ownedBy", "ceterms:logicalOperator", "ceterms:comparator", "ceterms:leftAction", "ceterms:rightAction", "ceterms:creditUnitType",
        "ceterms:creditLevelType", "ceasn:hasChild", "asn:hasProgressionLevel",
    ];

    public static CtdlExport Export(Pathway pathway, PathwaySettings settings)
    {
        var losses = new List<ImportWarning>();
        var nodes = new JsonArray(new Writing(pathway, losses).Nodes(settings).ToArray());
        var document = new JsonObject { ["@context"] = Context(pathway.Beside?.Contexts ?? []) };
        foreach (var member in Around(pathway, losses))
            document[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        document["@graph"] = nodes;
        return new(document, losses);
    }

    /// <summary>The context that every export adds: no part of what was imported.</summary>
    internal static bool IsOwnContext(Importing.JsonValue context) => context.Members.Any(member => member.Key == "pathways" && member.Value.Text == CtdlExtension.Namespace);

    /// <summary>UTF-8, indented.</summary>
    public static byte[] ToBytes(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString(Indented) + "\n");

    private static IEnumerable<JsonProperty> Around(Pathway pathway, List<ImportWarning> losses)
    {
        var graphs = pathway.Beside?.Graphs ?? [];
        if (graphs.Count > 1)
            losses.Add(new("graphs-joined", pathway.Id, $"The document was made of {graphs.Count} graphs; they are one now, and their own members are left out: {string.Join(", ", graphs)}."));
        return graphs is [var only] ? only.EnumerateObject() : [];
    }

    /// <summary>The document's own contexts first; ours only adds what it does not define otherwise.</summary>
    private static JsonArray Context(IReadOnlyList<JsonElement> contexts)
    {
        var ours = new JsonObject
        {
            ["ceterms"] = "https://purl.org/ctdl/terms/",
            ["ceasn"] = "https://purl.org/ctdlasn/terms/",
            ["asn"] = "http://purl.org/ASN/schema/core/",
            ["schema"] = "https://schema.org/",
            ["skos"] = "http://www.w3.org/2004/02/skos/core#",
            ["pathways"] = CtdlExtension.Namespace,
        };
        foreach (var vocabulary in (string[])["array", "audLevel", "compare", "creditUnit", "logic"])
            ours[vocabulary] = $"https://purl.org/ctdl/vocabs/{vocabulary}/";
        foreach (var property in References)
            ours[property] = new JsonObject { ["@type"] = "@id" };
        foreach (var property in (string[])["ceterms:name", "ceterms:description", "ceterms:programTerm", "skos:prefLabel"])
            ours[property] = new JsonObject { ["@container"] = "@language" };
        return [.. contexts.Select(context => JsonNode.Parse(context.GetRawText())), ours];
    }

    /// <summary>One export: the nodes of the document, each with what it was imported with.</summary>
    private sealed class Writing(Pathway pathway, List<ImportWarning> losses)
    {
        private readonly CtdlMembers _members = new(pathway.Language);

        public IEnumerable<JsonNode> Nodes(PathwaySettings settings)
        {
            yield return Node(pathway.Id, _members.Of(pathway, settings), pathway.Verbatim, pathway.Name);
            foreach (var component in pathway.Components)
                yield return Component(component);
            foreach (var level in pathway.ProgressionLevels)
                yield return Node(level.Id, _members.Of(level), level.Verbatim, level.Name);
            foreach (var node in pathway.Beside?.Nodes ?? [])
                yield return JsonNode.Parse(node.GetRawText())!;
        }

        private JsonObject Component(Component component)
        {
            var node = Node(component.Id, _members.Of(component), component.Verbatim, component.Name);
            if (component.Conditions.Count > 0)
                node["ceterms:hasCondition"] = new JsonArray([.. component.Conditions.Select(condition => Condition(condition, component.Name))]);
            return node;
        }

        // A condition or constraint that two nodes name is written in both: JSON-LD takes them for one.
        private JsonNode Condition(Condition condition, string place)
        {
            var node = Node(condition.Id, _members.Of(condition), condition.Verbatim, place);
            if (condition.Conditions.Count > 0)
                node["ceterms:hasCondition"] = new JsonArray([.. condition.Conditions.Select(nested => Condition(nested, place))]);
            if (condition.Constraints.Count > 0)
                node["ceterms:hasConstraint"] = new JsonArray([.. condition.Constraints.Select(constraint => Constraint(constraint, place))]);
            return node;
        }

        private JsonNode Constraint(Constraint constraint, string place)
            => Node(constraint.Id, _members.Of(constraint), constraint.Verbatim, place);

        private JsonObject Node(string? id, JsonObject members, IReadOnlyList<Verbatim>? verbatim, string place)
        {
            foreach (var outdated in Verbatims.PutBack(members, verbatim))
            {
                if (outdated.EnumerateObject().Any())
                    losses.Add(new("verbatim-outdated", place, $"The pathway was changed here, and what it was imported with no longer fits: {outdated.GetRawText()}"));
            }

            if (id is not null)
                members.Insert(0, "@id", id);
            return members;
        }
    }
}

/// <param name="Losses">What the document does not say any more, with its place.</param>
public sealed record CtdlExport(JsonObject Document, IReadOnlyList<ImportWarning> Losses);
