using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Exporting;

/// <summary>How the model is written in CTDL: members by property, without what is verbatim and without nested nodes.</summary>
/// <param name="language">Of the texts; null for plain strings.</param>
internal sealed class CtdlMembers(string? language)
{
    public JsonObject Of(Pathway pathway, PathwaySettings settings)
    {
        var members = new JsonObject { ["@type"] = "ceterms:Pathway" };
        Put(members, "ceterms:ctid", pathway.Ctid);
        PutText(members, "ceterms:name", pathway.Name == pathway.Id ? null : pathway.Name);
        PutText(members, "ceterms:description", pathway.Description);
        Put(members, "ceterms:ownedBy", pathway.Owner);
        Put(members, "ceterms:versionIdentifier", pathway.VersionIdentifier);
        PutAll(members, "ceterms:hasDestinationComponent", pathway.Destinations);
        CtdlExtension.Write(members, settings);
        return members;
    }

    public JsonObject Of(Component component)
    {
        var members = new JsonObject { ["@type"] = $"ceterms:{component.Kind}Component" };
        Put(members, "ceterms:ctid", component.Ctid);
        PutText(members, "ceterms:name", component.Name == component.Id ? null : component.Name);
        PutText(members, "ceterms:description", component.Description);
        Put(members, "ceterms:codedNotation", component.CodedNotation);
        PutAll(members, "ceterms:proxyFor", component.ProxyFor);
        Put(members, "ceterms:componentCategory", component.Category);
        Put(members, "ceterms:credentialType", component.CredentialType);
        PutText(members, "ceterms:programTerm", component.ProgramTerm);
        PutAll(members, "ceterms:creditValue", component.Credits.Select(Of));
        PutAll(members, "ceterms:precedes", component.Precedes);
        PutAll(members, "ceterms:precededBy", component.PrecededBy);
        PutAll(members, "ceterms:prerequisite", component.Prerequisites);
        PutAll(members, "ceasn:hasChild", component.Children);
        PutAll(members, "asn:hasProgressionLevel", component.ProgressionLevels);
        if (CtdlTerms.Component($"{component.Kind}Component") is var (_, usual) && usual != component.MetBy)
            members["pathways:metBy"] = component.MetBy == CompletionRule.Evidence ? "evidence" : "conditions";
        return members;
    }

    public JsonObject Of(Condition condition)
    {
        var members = new JsonObject { ["@type"] = "ceterms:ComponentCondition" };
        PutText(members, "ceterms:name", condition.Name);
        PutText(members, "ceterms:description", condition.Description);
        if (condition.RequiredNumber is { } number)
            members["ceterms:requiredNumber"] = number;
        Put(members, "ceterms:logicalOperator", condition.Operator is { } logic ? $"logic:{logic}" : null);
        var elided = condition.Elided == 0 ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"(and {condition.Elided} more)") };
        PutAll(members, "ceterms:targetComponent", condition.Targets.Concat(elided));
        return members;
    }

    public JsonObject Of(Constraint constraint)
    {
        var members = new JsonObject { ["@type"] = "ceterms:Constraint" };
        PutText(members, "ceterms:name", constraint.Name);
        PutText(members, "ceterms:description", constraint.Description);
        PutAll(members, "ceterms:leftSource", constraint.LeftSource);
        Put(members, "ceterms:leftAction", Concept("array", constraint.LeftAction));
        Put(members, "ceterms:comparator", constraint.Comparator.Length == 0 ? null : Concept("compare", constraint.Comparator));
        PutAll(members, "ceterms:rightSource", constraint.RightSource);
        Put(members, "ceterms:rightAction", Concept("array", constraint.RightAction));
        return members;
    }

    public JsonObject Of(ProgressionLevel level)
    {
        var members = new JsonObject { ["@type"] = "asn:ProgressionLevel" };
        PutText(members, "skos:prefLabel", level.Name == level.Id ? null : level.Name);
        Put(members, "ceterms:precedes", level.Precedes);
        return members;
    }

    private static JsonObject Of(CreditValue credit)
    {
        var members = new JsonObject { ["@type"] = "ceterms:ValueProfile" };
        (string Property, decimal? Amount)[] amounts = [("schema:value", credit.Value), ("schema:minValue", credit.Minimum), ("schema:maxValue", credit.Maximum)];
        foreach (var (property, amount) in amounts.Where(amount => amount.Amount is not null))
            members[property] = amount;
        Put(members, "ceterms:creditUnitType", credit.Unit);
        Put(members, "ceterms:creditLevelType", credit.Level);
        return members;
    }

    /// <summary>CTDL's own concepts get their prefix; what was written otherwise stays as it is.</summary>
    private static string? Concept(string vocabulary, string? name) => name is null || name.Contains(':') ? name : $"{vocabulary}:{name}";

    private static void Put(JsonObject members, string property, string? value)
    {
        if (value is not null)
            members[property] = value;
    }

    private void PutText(JsonObject members, string property, string? text)
    {
        if (text is not null)
            members[property] = language is null ? text : new JsonObject { [language] = text };
    }

    private static void PutAll(JsonObject members, string property, IEnumerable<string> values) => PutAll(members, property, values.Select(value => (JsonNode)value));

    private static void PutAll(JsonObject members, string property, IEnumerable<JsonNode> values)
    {
        var array = new JsonArray([.. values]);
        if (array.Count > 0)
            members[property] = array;
    }
}
