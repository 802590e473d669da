using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Exporting;

/// <summary>
/// What CTDL cannot say, in a namespace of our own on the pathway's node. Readers of CTDL that do not know it see an ordinary pathway.
/// The README of this room describes each term.
/// </summary>
public static class CtdlExtension
{
    public const string Namespace = "https://pathways.example/ns/ctdl#";

    internal static void Write(JsonObject members, PathwaySettings settings)
    {
        if (settings.Effective is { } effective)
        {
            var period = new JsonObject();
            if (effective.From is { } from)
                period["pathways:from"] = from.ToString("O", CultureInfo.InvariantCulture);
            if (effective.Until is { } until)
                period["pathways:until"] = until.ToString("O", CultureInfo.InvariantCulture);
            if (effective.Cohorts is { } cohorts)
                period["pathways:cohort"] = new JsonArray([.. cohorts.Select(cohort => (JsonNode)cohort)]);
            members["pathways:effective"] = period;
        }

        if (settings.UseOnce is { } once)
            members["pathways:useOnce"] = once;
        if (settings.Awards.Count > 0)
            members["pathways:award"] = new JsonArray([.. settings.Awards.Select(Award)]);
        if (settings.MetBy.Count > 0)
            members["pathways:completedBy"] = new JsonArray([.. settings.MetBy.Select(Completion)]);
        var rules = (settings.Minima ?? []).Select(minimum => new PathwayRule(RuleKind.CreditMinimum, Of: [minimum.ComponentId], Credits: minimum.Credits, Unit: minimum.Unit))
            .Concat(settings.Rules ?? []).Select(Rule).ToList();
        if (rules.Count > 0)
            members["pathways:hasRule"] = new JsonArray([.. rules]);
    }

    internal static Result<PathwaySettings> Read(CtdlNode pathway)
    {
        var settings = PathwaySettings.None;
        foreach (var value in pathway.Values("effective").Where(value => value.Kind == JsonKind.Object))
        {
            var period = new CtdlNode(value);
            if (!TryDay(period.FirstText("from"), out var from) || !TryDay(period.FirstText("until"), out var until))
                return Rejection.Invalid("date-malformed", "A day is written as 2026-08-01.", "Write it so.", value.Place);
            settings = settings with { Effective = new(from, until, period.Has("cohort") ? [.. period.Texts("cohort")] : null) };
        }

        if (pathway.FirstText("useOnce") is { } once)
            settings = settings with { UseOnce = once == "true" };
        var awards = Nodes(pathway, "award").Select(node => new Award(node.FirstText("component") ?? "", node.FirstText("achievement") ?? "")).ToList();
        var completions = Nodes(pathway, "completedBy")
            .Select(node => new ComponentRule(node.FirstText("component") ?? "", node.FirstText("by") == "evidence" ? CompletionRule.Evidence : CompletionRule.Conditions)).ToList();
        var rules = new List<PathwayRule>();
        foreach (var node in Nodes(pathway, "hasRule"))
        {
            var members = node.Value.Members.Where(member => member.Key is not ("@type" or "type" or "@id")).Select(member => KeyValuePair.Create(CtdlTerms.LocalName(member.Key), member.Value)).ToList();
            var rule = RuleReader.Read(KindOf(node.Types), members, node.Place);
            if (!rule.IsAccepted)
                return rule.Rejection;
            rules.Add(rule.Value);
        }

        return WithRules(settings with { Awards = awards, MetBy = completions }, rules);
    }

    /// <summary>Minima without a filter are settings of their own.</summary>
    internal static PathwaySettings WithRules(PathwaySettings settings, IReadOnlyList<PathwayRule> rules)
    {
        var plain = rules.Where(IsPlainMinimum).ToList();
        var others = rules.Where(rule => !IsPlainMinimum(rule)).ToList();
        return settings with
        {
            Minima = plain.Count == 0 ? null : [.. plain.Select(rule => new CreditMinimum(rule.Of![0], rule.Credits!.Value, rule.Unit!))],
            Rules = others.Count == 0 ? null : others,
        };
    }

    private static bool IsPlainMinimum(PathwayRule rule)
        => rule is { Kind: RuleKind.CreditMinimum, Name: null, Level: null, Area: null, Issuers: null, Of: [_] };

    private static IEnumerable<CtdlNode> Nodes(CtdlNode pathway, string property)
        => pathway.Values(property).Where(value => value.Kind == JsonKind.Object).Select(value => new CtdlNode(value));

    private static JsonNode Award(Award award)
        => new JsonObject { ["@type"] = "pathways:Award", ["pathways:component"] = Reference(award.ComponentId), ["pathways:achievement"] = Reference(award.AchievementId) };

    private static JsonNode Completion(ComponentRule rule) => new JsonObject
    {
        ["@type"] = "pathways:Completion",
        ["pathways:component"] = Reference(rule.ComponentId),
        ["pathways:by"] = rule.MetBy == CompletionRule.Evidence ? "evidence" : "conditions",
    };

    private static JsonNode Rule(PathwayRule rule)
    {
        var node = new JsonObject { ["@type"] = "pathways:" + ClassOf(rule.Kind) };
        foreach (var (name, value) in RuleReader.Write(rule))
            node["pathways:" + name] = name == "of" ? new JsonArray([.. rule.Of!.Select(Reference)]) : value;
        return node;
    }

    private static string ClassOf(RuleKind kind) => kind.ToString();

    private static string KindOf(IReadOnlyList<string> types)
    {
        foreach (var type in types)
        {
            if (Enum.TryParse<RuleKind>(type, out var kind) && PathwayRules.Forms.TryGetValue(kind, out var form))
                return form.Name;
        }

        return string.Join(' ', types);
    }

    private static JsonNode Reference(string id) => new JsonObject { ["@id"] = id };

    private static bool TryDay(string? text, out DateOnly? day)
    {
        day = DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : null;
        return text is null || day is not null;
    }
}
