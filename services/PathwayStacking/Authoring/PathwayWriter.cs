using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>The authoring form of a pathway: the same tree that <see cref="PathwayReader"/> reads.</summary>
internal sealed partial class PathwayWriter(Names names)
{
    public JsonObject Write(Pathway pathway, PathwaySettings settings)
    {
        var document = new JsonObject { ["pathway"] = pathway.Id };
        Put(document, "name", pathway.Name == pathway.Id ? null : pathway.Name);
        Put(document, "description", pathway.Description);
        Put(document, "language", pathway.Language);
        Put(document, "ctid", pathway.Ctid);
        Put(document, "owner", pathway.Owner);
        Put(document, "version", pathway.VersionIdentifier);
        Put(document, "base", names.Base == Names.DefaultBase(pathway.Id) ? null : names.Base);
        Put(document, "effective", settings.Effective is { } effective ? Write(effective) : null);
        Put(document, "goal", pathway.Destinations is [var goal] ? names.Short(goal) : List(pathway.Destinations.Select(names.Short)));
        Put(document, "awards", Map(settings.Awards.Select(award => (names.Short(award.ComponentId), (JsonNode)award.AchievementId))));
        Put(document, "completed-by", Map(settings.MetBy.Select(rule => (names.Short(rule.ComponentId), (JsonNode)NameOf(rule.MetBy)))));
        Put(document, "use-once", settings.UseOnce);
        document["components"] = new JsonObject(pathway.Components.Select(component => KeyValuePair.Create(names.Short(component.Id), (JsonNode?)Write(component))));
        Put(document, "levels", All(pathway.ProgressionLevels.Select(Write)));
        var minima = (settings.Minima ?? []).Select(minimum => new PathwayRule(RuleKind.CreditMinimum, Of: [minimum.ComponentId], Credits: minimum.Credits, Unit: minimum.Unit));
        Put(document, "rules", All(minima.Concat(settings.Rules ?? []).Select(Write)));
        Put(document, "verbatim", Write(pathway.Verbatim));
        Put(document, "beside", pathway.Beside is { } beside ? Write(beside) : null);
        return document;
    }

    private JsonObject Write(Component component)
    {
        var node = new JsonObject { ["kind"] = NameOf(component.Kind) };
        Put(node, "name", component.Name == component.Id ? null : component.Name);
        Put(node, "description", component.Description);
        Put(node, "ctid", component.Ctid);
        Put(node, "code", component.CodedNotation);
        Put(node, "proxy-for", OneOrList(component.ProxyFor));
        Put(node, "category", component.Category);
        Put(node, "credential-type", component.CredentialType);
        Put(node, "term", component.ProgramTerm);
        Put(node, "credits", component.Credits is [var only] ? Write(only) : All(component.Credits.Select(Write)));
        if (CtdlTerms.Component($"{component.Kind}Component") is var (_, usual) && usual != component.MetBy)
            node["met-by"] = NameOf(component.MetBy);
        Put(node, "requires", All(component.Conditions.Select(Write)));
        Put(node, "prerequisites", OneOrList(component.Prerequisites.Select(names.Short)));
        Put(node, "precedes", OneOrList(component.Precedes.Select(names.Short)));
        Put(node, "preceded-by", OneOrList(component.PrecededBy.Select(names.Short)));
        Put(node, "children", OneOrList(component.Children.Select(names.Short)));
        Put(node, "levels", OneOrList(component.ProgressionLevels));
        Put(node, "verbatim", Write(component.Verbatim));
        return node;
    }

    private JsonNode Write(Condition condition)
    {
        if (condition is { Id: null, Name: null, Description: null, RequiredNumber: null, Operator: null, Targets: [var only], Conditions: [], Constraints: [], Elided: 0, Verbatim: null })
            return names.Short(only);
        var node = new JsonObject();
        Put(node, "id", condition.Id);
        Put(node, "name", condition.Name);
        Put(node, "description", condition.Description);
        var parts = new JsonArray([.. condition.Targets.Select(target => (JsonNode)names.Short(target)), .. condition.Conditions.Select(WriteNested)]);
        node[condition.RequiredNumber is { } number ? $"{number} of" : condition.Operator switch
        {
            LogicalOperator.Or => "any",
            LogicalOperator.OnlyOne => "one",
            LogicalOperator.And => "and",
            _ => "all",
        }] = parts;
        if (condition is { RequiredNumber: not null, Operator: { } combination })
            node["operator"] = Kebab(combination.ToString());
        Put(node, "elided", condition.Elided == 0 ? null : condition.Elided);
        Put(node, "where", All(condition.Constraints.Select(Write)));
        Put(node, "verbatim", Write(condition.Verbatim));
        return node;
    }

    /// <summary>A bare name inside of a condition is a target; a nested condition is always a mapping.</summary>
    private JsonNode WriteNested(Condition condition) => Write(condition) is JsonObject node ? node : new JsonObject { ["all"] = List(condition.Targets.Select(names.Short)) };

    private static JsonNode Write(Constraint constraint)
    {
        var line = ConstraintText.Write(constraint);
        if (line is not null && constraint is { Id: null, Name: null, Description: null, Verbatim: null })
            return line;
        var node = new JsonObject();
        Put(node, "id", constraint.Id);
        Put(node, "name", constraint.Name);
        Put(node, "description", constraint.Description);
        if (line is not null)
        {
            node["is"] = line;
        }
        else
        {
            Put(node, "left", OneOrList(constraint.LeftSource));
            Put(node, "left-action", constraint.LeftAction);
            Put(node, "comparator", constraint.Comparator.Length == 0 ? null : constraint.Comparator);
            Put(node, "right", OneOrList(constraint.RightSource));
            Put(node, "right-action", constraint.RightAction);
        }

        Put(node, "verbatim", Write(constraint.Verbatim));
        return node;
    }

    private static JsonNode Write(CreditValue credit)
    {
        if (CreditText.Write(credit) is { } line)
            return decimal.TryParse(line, CultureInfo.InvariantCulture, out var amount) ? amount : line;
        var node = new JsonObject();
        Put(node, "value", credit.Value);
        Put(node, "min", credit.Minimum);
        Put(node, "max", credit.Maximum);
        Put(node, "unit", credit.Unit);
        Put(node, "level", credit.Level);
        return node;
    }

    private static JsonNode Write(ProgressionLevel level)
    {
        var node = new JsonObject { ["id"] = level.Id };
        Put(node, "name", level.Name == level.Id ? null : level.Name);
        Put(node, "precedes", level.Precedes);
        Put(node, "verbatim", Write(level.Verbatim));
        return node;
    }

    private JsonNode Write(PathwayRule rule)
    {
        var node = new JsonObject { ["rule"] = PathwayRules.Forms[rule.Kind].Name };
        foreach (var (name, value) in RuleReader.Write(rule))
            node[name] = name == "of" || (name == "items" && rule.Kind == RuleKind.Prerequisite) ? OneOrList((name == "of" ? rule.Of! : rule.Items!).Select(names.Short)) : value;
        return node;
    }

    private static JsonObject Write(EffectivePeriod effective)
    {
        var node = new JsonObject();
        Put(node, "from", effective.From?.ToString("O", CultureInfo.InvariantCulture));
        Put(node, "until", effective.Until?.ToString("O", CultureInfo.InvariantCulture));
        Put(node, "cohorts", effective.Cohorts is { } cohorts ? List(cohorts) : null);
        return node;
    }

    private static JsonArray? Write(IReadOnlyList<Verbatim>? verbatim)
    {
        return verbatim is null ? null : [.. verbatim.Select(Kept)];

        static JsonNode Kept(Verbatim kept)
        {
            var node = new JsonObject();
            Put(node, "instead-of", kept.Property);
            Put(node, "fits", kept.Fits);
            node["members"] = Parsed(kept.Members);
            return node;
        }
    }

    private static JsonObject Write(SourceDocument beside) => new()
    {
        ["contexts"] = new JsonArray([.. beside.Contexts.Select(Parsed)]),
        ["graphs"] = new JsonArray([.. beside.Graphs.Select(Parsed)]),
        ["nodes"] = new JsonArray([.. beside.Nodes.Select(Parsed)]),
    };

    internal static string NameOf(ComponentKind kind) => Kebab(kind.ToString());

    internal static string NameOf(CompletionRule rule) => Kebab(rule.ToString());

    internal static string Kebab(string name) => Capitals.Replace(name, "-$0").TrimStart('-').ToLowerInvariant();

    [GeneratedRegex("[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex Capitals { get; }

    private static JsonNode? Parsed(JsonElement element) => JsonNode.Parse(element.GetRawText());

    private static void Put(JsonObject node, string name, JsonNode? value)
    {
        if (value is not null)
            node[name] = value;
    }

    private static JsonArray? All(IEnumerable<JsonNode> nodes) => new JsonArray([.. nodes]) is { Count: > 0 } array ? array : null;

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonNode? OneOrList(IEnumerable<string> texts) => texts.ToList() switch
    {
        [] => null,
        [var one] => one,
        var several => List(several),
    };

    private static JsonObject? Map(IEnumerable<(string Name, JsonNode Value)> members)
        => new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))) is { Count: > 0 } map ? map : null;
}
