using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>What must hold of the rules that CTDL lacks.</summary>
internal static class RuleChecks
{
    private const int LongestRecency = 1_200;

    public static IEnumerable<Finding> Check(Pathway pathway, PathwaySettings settings)
    {
        if (settings.Effective is { From: { } from, Until: { } until } && from > until)
            yield return Error("effective-period-empty", pathway.Id, $"In force from {from:yyyy-MM-dd} until {until:yyyy-MM-dd}: never.", "Correct the dates.");
        var rules = settings.Rules ?? [];
        var known = pathway.Components.Select(component => component.Id).ToHashSet();
        foreach (var (index, rule) in rules.Index())
        {
            var place = $"rule {index + 1} ({PathwayRules.Forms[rule.Kind].Name}{(rule.Name is { } name ? $", {name}" : "")})";
            foreach (var id in (rule.Of ?? []).Concat(rule.Kind == RuleKind.Prerequisite ? rule.Items ?? [] : []).Where(id => !known.Contains(id)))
                yield return Error("unknown-component", place, $"\"{id}\" is not a component of the pathway.", "Correct the id.");
            if (Fault(rule) is { } fault)
                yield return Error("rule-senseless", place, fault, "Correct the rule, or remove it.");
            var stricter = rules.Take(index).FirstOrDefault(earlier => IsShadowedBy(rule, earlier)) ?? rules.Skip(index + 1).FirstOrDefault(later => IsShadowedBy(rule, later) && !IsShadowedBy(later, rule));
            if (stricter is not null)
                yield return Warning("rule-shadowed", place, $"Another rule about the same is at least as strict: {RuleCompiler.Describe(stricter)}.", "Remove this one.");
        }

        var units = rules.Where(rule => rule.Credits is not null).Select(rule => rule.Unit).Concat((settings.Minima ?? []).Select(minimum => minimum.Unit)).Distinct().ToList();
        if (units.Count > 1)
            yield return Error("mixed-credit-units", pathway.Id, $"Credits are counted in {string.Join(" and ", units)}.", "Give all of them in one unit.");
        foreach (var (id, rule, other) in settings.UseOnce == true ? [] : RuleCompiler.Overlapping(pathway, rules).DistinctBy(overlap => (overlap.Rule, overlap.Other)))
            yield return Error("limits-overlap", id, $"Two rules say how often evidence is used for it: {RuleCompiler.Describe(other)}; {RuleCompiler.Describe(rule)}.", "Let one rule be about it.");
        if (settings.UseOnce == true && rules.Any(rule => rule.Kind is RuleKind.UseLimit or RuleKind.SharingCap))
            yield return Warning("rule-shadowed", pathway.Id, "Evidence counts once in the whole pathway; further limits of use and sharing say nothing.", "Remove them, or take back that everything counts once.");
        if (PrerequisiteCycle(rules) is { } cycle)
            yield return Error("prerequisite-cyclic", cycle, "It is its own prerequisite.", "Remove one of these rules.");
    }

    private static string? Fault(PathwayRule rule) => rule.Kind switch
    {
        _ when rule.Credits is <= 0 or > 100_000 => $"{rule.Credits} credits: more than 0 and at most 100,000 are possible.",
        RuleKind.CreditMinimum or RuleKind.Residency or RuleKind.GradeAverage when rule.Of is not [_] => "It is about one component.",
        RuleKind.UseLimit when rule.Count < 1 => "Evidence that may never count is no evidence.",
        RuleKind.SharingCap when rule.Of is not [_, _] => "A cap is between two components.",
        RuleKind.SharingCap when rule.Count is null == (rule.Credits is null) => "A cap has a count or credits.",
        RuleKind.SharingCap when rule.Credits is not null && rule.Unit is null => "Credits have a unit.",
        RuleKind.SharingCap when rule.Count < 0 => "A cap is not negative.",
        RuleKind.Recency when rule.Months is < 1 or > LongestRecency => $"{rule.Months} months: 1 to {LongestRecency} are possible.",
        RuleKind.GradeMinimum when ConstraintJudge.Points(rule.Grade) is null => $"\"{rule.Grade}\" is neither a number nor a letter from A to F, so that nothing can be compared with it.",
        RuleKind.GradeAverage when rule.Average is <= 0 or > 100 => $"An average of {rule.Average}: more than 0 and at most 100 are possible.",
        RuleKind.Substitution when rule.Items!.Count < 2 => "It takes two names to stand for each other.",
        RuleKind.Preference when rule.Items!.Except(PathwayRules.Preferences).FirstOrDefault() is { } unknown => $"\"{unknown}\" is no preference: {string.Join(", ", PathwayRules.Preferences)}.",
        RuleKind.Preference when rule.Items!.Contains(PathwayRules.OwnInstitution) && rule.Issuers is null => "Which institution is the own one, its issuers say.",
        _ => null,
    };

    private static bool IsShadowedBy(PathwayRule rule, PathwayRule other)
        => rule.Kind == other.Kind && (rule.Of ?? []).All((other.Of ?? []).Contains) && rule.Kind switch
        {
            RuleKind.Recency => other.Months <= rule.Months,
            RuleKind.GradeMinimum => ConstraintJudge.IsAtLeast(other.Grade, rule.Grade!) == Engine.Verdict.Satisfied,
            RuleKind.GradeAverage => other.Average >= rule.Average,
            RuleKind.CreditMinimum => (other.Unit, other.Level, other.Area) == (rule.Unit, rule.Level, rule.Area) && (rule.Issuers ?? []).SequenceEqual(other.Issuers ?? []) && other.Credits >= rule.Credits,
            RuleKind.Preference => true,
            _ => false,
        };

    private static string? PrerequisiteCycle(IReadOnlyList<PathwayRule> rules)
    {
        var next = rules.Where(rule => rule.Kind == RuleKind.Prerequisite).SelectMany(rule => (rule.Of ?? []).SelectMany(of => (rule.Items ?? []).Select(item => (of, item)))).ToLookup(pair => pair.of, pair => pair.item);
        foreach (var start in next.Select(group => group.Key))
        {
            var seen = new HashSet<string>();
            var open = new Stack<string>(next[start]);
            while (open.TryPop(out var id))
            {
                if (id == start)
                    return start;
                if (seen.Add(id))
                {
                    foreach (var further in next[id])
                        open.Push(further);
                }
            }
        }

        return null;
    }

    private static Finding Error(string code, string place, string message, string remedy) => new(code, FindingSeverity.Error, place, message, remedy);

    private static Finding Warning(string code, string place, string message, string remedy) => new(code, FindingSeverity.Warning, place, message, remedy);
}
