using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>Rules from and to the members that both the CTDL extension and the authoring form write them with.</summary>
internal static class RuleReader
{
    /// <param name="members">By name: <c>of</c>, <c>credits</c>, …</param>
    /// <param name="place">Of the rule, for a refusal.</param>
    public static Result<PathwayRule> Read(string kind, IReadOnlyList<KeyValuePair<string, JsonValue>> members, string place)
    {
        if (PathwayRules.KindOf(kind) is not { } known)
            return Refuse($"\"{kind}\" is no kind of rule. Known: {string.Join(", ", PathwayRules.Forms.Values.Select(form => form.Name))}.", place);
        var form = PathwayRules.Forms[known];
        var rule = new PathwayRule(known);
        foreach (var (name, value) in members)
        {
            if (!form.Needs.Contains(name) && !form.May.Contains(name))
                return Refuse($"A {form.Name} has no \"{name}\"; it has {string.Join(", ", form.Needs.Concat(form.May))}.", value.Place);
            if (With(rule, name, value) is not { } read)
                return Refuse($"\"{name}\" of a {form.Name} can't be \"{CtdlNode.Scalar(value) ?? value.Kind.ToString()}\".", value.Place);
            rule = read;
        }

        var missing = form.Needs.Except(members.Select(member => member.Key)).ToList();
        return missing.Count == 0 ? rule : Refuse($"A {form.Name} needs {string.Join(", ", missing)}.", place);
    }

    public static IEnumerable<KeyValuePair<string, JsonNode>> Write(PathwayRule rule)
    {
        foreach (var name in PathwayRules.MembersOf(rule))
        {
            JsonNode value = name switch
            {
                "name" => rule.Name!,
                "of" => List(rule.Of!),
                "credits" => rule.Credits!.Value,
                "unit" => rule.Unit!,
                "count" => rule.Count!.Value,
                "level" => rule.Level!,
                "area" => rule.Area!,
                "issuers" => List(rule.Issuers!),
                "grade" => rule.Grade!,
                "average" => rule.Average!.Value,
                "months" => rule.Months!.Value,
                _ => List(rule.Items!),
            };
            yield return new(name, value);
        }
    }

    private static PathwayRule? With(PathwayRule rule, string name, JsonValue value) => name switch
    {
        "name" => Text(value) is { } text ? rule with { Name = text } : null,
        "of" => rule with { Of = Texts(value) },
        "credits" => Number(value) is { } credits ? rule with { Credits = credits } : null,
        "unit" => Text(value) is { } unit ? rule with { Unit = CtdlTerms.CreditUnit(unit).Unit } : null,
        "count" => Whole(value) is { } count ? rule with { Count = count } : null,
        "level" => Text(value) is { } level ? rule with { Level = CtdlTerms.Level(level) } : null,
        "area" => Text(value) is { } area ? rule with { Area = area } : null,
        "issuers" => rule with { Issuers = Texts(value) },
        "grade" => Text(value) is { } grade ? rule with { Grade = grade } : null,
        "average" => Number(value) is { } average ? rule with { Average = average } : null,
        "months" => Whole(value) is { } months ? rule with { Months = months } : null,
        "items" => rule with { Items = Texts(value) },
        _ => null,
    };

    private static string? Text(JsonValue value) => Texts(value) is [var only] ? only : null;

    private static List<string> Texts(JsonValue value)
        => [.. (value.Kind == JsonKind.Array ? value.Items : [value]).Select(CtdlNode.Scalar).OfType<string>()];

    private static decimal? Number(JsonValue value)
        => decimal.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= 1_000_000 && decimal.Round(number, 6) == number
            ? number
            : null;

    private static int? Whole(JsonValue value) => Number(value) is { } number && number == decimal.Truncate(number) ? (int)number : null;

    private static JsonArray List(IReadOnlyList<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static Rejection Refuse(string message, string place) => Rejection.Invalid("rule-malformed", message, "See the extension's description for the members of each rule.", place);
}
