using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>Requirements that contradict, repeat or defeat each other, or that nobody can meet. For a pathway that is sound otherwise.</summary>
internal static class RequirementChecks
{
    private const int LargestTried = 2_000;

    private static readonly DateTimeOffset SomeDay = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<Finding> Check(Pathway pathway, PathwaySettings settings)
        => Unreachable(pathway).Concat(Contradictory(pathway)).Concat(Shadowed(pathway, settings)).Concat(Ambiguous(pathway, settings));

    /// <summary>A learner who has one piece of evidence of everything that is not put together of other things, with as many credits as anybody wants: what this learner lacks, all lack.</summary>
    public static Finding? Impossible(Pathway pathway, PathwaySettings settings)
    {
        if (pathway.Components.Count > LargestTried)
            return null;
        var unit = (settings.Minima ?? []).Select(minimum => minimum.Unit).Concat((settings.Rules ?? []).Select(rule => rule.Unit)).FirstOrDefault(found => found is not null);
        var byConditions = settings.MetBy.ToDictionary(rule => rule.ComponentId, rule => rule.MetBy);
        var evidence = pathway.Components
            .Where(component => component.Conditions.Count == 0 || byConditions.GetValueOrDefault(component.Id, component.MetBy) == CompletionRule.Evidence)
            .Select(component => EvidenceOf(component, unit)).ToList();
        var decision = Assessment.Of(new("", "", "", 0), PathwayCompiler.Compile(pathway, settings), evidence, SomeDay).Evaluated;
        return decision.Verdict != Verdict.NotSatisfied
            ? null
            : new(
                "requirement-impossible", FindingSeverity.Error, decision.Missing.Select(missing => missing.ComponentId).FirstOrDefault() ?? pathway.Id,
                decision.Missing.Count == 0
                    ? "Even who has everything in this pathway does not meet its rules together."
                    : $"Even who has everything in this pathway lacks: {string.Join("; ", decision.Missing.Select(missing => missing.Text))}.",
                "Lower the number or the credits, add components, or let evidence count more than once.");
    }

    private static Evidence EvidenceOf(Component component, string? unit)
    {
        var stated = component.Credits.Select(credit => credit.Maximum ?? credit.Value ?? credit.Minimum).Max();
        return new(component.Id, EvidenceKind.Credential, component.Id, [], component.Name, null, stated ?? 10_000, unit, null, null, null, SomeDay);
    }

    private static IEnumerable<Finding> Unreachable(Pathway pathway)
    {
        var components = pathway.Components.ToDictionary(component => component.Id);
        var reached = PathwayGraph.Closure(pathway.Destinations, components).Select(component => component.Id).ToHashSet();
        return pathway.Components.Where(component => component.Conditions.Count > 0 && !reached.Contains(component.Id))
            .Select(component => Warning("component-unreachable", component.Id, $"No goal needs \"{component.Name}\", so its requirements never matter.", "Name it in a condition, or remove it."));
    }

    private static IEnumerable<Finding> Contradictory(Pathway pathway)
        => from component in pathway.Components
           from condition in component.Conditions.SelectMany(AndNested)
           where condition.Operator is null or LogicalOperator.And
           from pair in Pairs(condition.Constraints)
           where ConstraintJudge.Contradict(pair.First, pair.Second)
           select new Finding(
               "contradictory-limits", FindingSeverity.Error, component.Id,
               $"No evidence meets both \"{ConstraintJudge.Describe(pair.First)}\" and \"{ConstraintJudge.Describe(pair.Second)}\".", "Remove one, or join them with Or.");

    /// <summary>Where evidence is shared, a requirement that another one at the same component implies says nothing.</summary>
    private static IEnumerable<Finding> Shadowed(Pathway pathway, PathwaySettings settings)
    {
        if (settings.UseOnce == true)
            yield break;
        foreach (var component in pathway.Components)
        {
            var simple = component.Conditions.Index().Where(condition => condition.Item is { Conditions: [], Constraints: [], Elided: 0, Operator: null, Targets.Count: > 0 }).ToList();
            foreach (var (stricter, weaker) in simple.SelectMany(first => simple.Where(second => second.Index != first.Index).Select(second => (first, second))))
            {
                var isImplied = stricter.Item.Targets.All(weaker.Item.Targets.Contains) && Needed(stricter.Item) >= Needed(weaker.Item);
                var isSame = stricter.Item.Targets.Count == weaker.Item.Targets.Count && Needed(stricter.Item) == Needed(weaker.Item);
                if (isImplied && (!isSame || stricter.Index < weaker.Index))
                {
                    yield return Warning(
                        "requirement-shadowed", $"{component.Id} condition {weaker.Index + 1}", $"Who meets condition {stricter.Index + 1} meets this one too.", "Remove it, or let evidence count once.");
                }
            }
        }
    }

    private static IEnumerable<Finding> Ambiguous(Pathway pathway, PathwaySettings settings)
    {
        if (settings.UseOnce != true && settings.Rules?.Any(rule => rule.Kind == RuleKind.UseLimit) != true)
            return [];
        return pathway.Components
            .SelectMany(component => ((string?[])[component.Ctid, component.CodedNotation, .. component.ProxyFor]).OfType<string>().Select(Identifier.Normalize).Distinct().Select(name => (name, component)))
            .GroupBy(pair => pair.name).Where(same => same.Count() > 1)
            .Select(same => Warning(
                "evidence-ambiguous", same.First().component.Id, $"\"{same.Key}\" fits {string.Join(" and ", same.Select(pair => $"\"{pair.component.Name}\""))}, but counts once.",
                "Name different things, or say with a preference or a forced use which one is meant."));
    }

    private static int Needed(Condition condition) => condition.RequiredNumber ?? condition.Targets.Count;

    private static IEnumerable<Condition> AndNested(Condition condition) => condition.Conditions.SelectMany(AndNested).Prepend(condition);

    private static IEnumerable<(Constraint First, Constraint Second)> Pairs(IReadOnlyList<Constraint> constraints)
        => constraints.Index().SelectMany(first => constraints.Skip(first.Index + 1).Select(second => (first.Item, second)));

    private static Finding Warning(string code, string place, string message, string remedy) => new(code, FindingSeverity.Warning, place, message, remedy);
}
