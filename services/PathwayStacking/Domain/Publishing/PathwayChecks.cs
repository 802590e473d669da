using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>Something a registrar should know before a version goes out. An error blocks publishing.</summary>
/// <param name="Code">Stable: <c>pathway-cyclic</c>, <c>required-number-too-large</c>, …</param>
/// <param name="Place">The component or condition, by its id or its way from its component.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Place, string Message, string Remedy);

[JsonConverter(typeof(JsonStringEnumConverter<FindingSeverity>))]
public enum FindingSeverity
{
    Warning,
    Error,
}

/// <summary>What must hold before a pathway is published, each fault with its place and what to do.</summary>
public static class PathwayChecks
{
    public const int MaxComponents = 10_000;

    public static IReadOnlyList<Finding> Check(Pathway pathway, PathwaySettings settings)
    {
        var findings = new List<Finding>();
        if (pathway.Components.Count > MaxComponents)
            return [Error("pathway-too-large", pathway.Id, $"{pathway.Components.Count} components; {MaxComponents} are possible.", "Split the pathway.")];
        foreach (var twice in pathway.Components.CountBy(component => component.Id).Where(component => component.Value > 1))
            findings.Add(Error("duplicate-id", twice.Key, $"{twice.Value} components have this id.", "Give each component its own id."));
        if (findings.Count > 0)
            return findings;

        CheckDestinations(pathway, settings, findings);
        if (PathwayGraph.FindCycle(pathway) is { } cycle)
            findings.Add(Error("pathway-cyclic", cycle[0], $"The pathway requires itself: {string.Join(" → ", cycle)}.", "Remove one of these conditions."));
        var known = pathway.Components.Select(component => component.Id).ToHashSet();
        foreach (var component in pathway.Components)
        {
            for (var index = 0; index < component.Conditions.Count; index++)
                CheckCondition(component.Conditions[index], $"{component.Id} condition {index + 1}", known, findings);
        }

        findings.AddRange(RuleChecks.Check(pathway, settings));
        CheckMinima(pathway, settings, findings);
        if (findings.TrueForAll(finding => finding.Code != "pathway-cyclic"))
            findings.AddRange(RequirementChecks.Check(pathway, settings));
        if (findings.TrueForAll(finding => finding.Severity == FindingSeverity.Warning) && Unfolding.IsAsked(settings) && Unfolding.IsTooLarge(pathway))
        {
            findings.Add(Error(
                "pathway-too-entangled", pathway.Id, $"Where evidence is counted, each way to a component is a place of its own, and this pathway has more than {Unfolding.MaxPlaces}.", "Simplify it, or let evidence count wherever it fits."));
        }

        if (findings.TrueForAll(finding => finding.Severity == FindingSeverity.Warning) && RequirementChecks.Impossible(pathway, settings) is { } impossible)
            findings.Add(impossible);
        return findings;
    }

    private static void CheckMinima(Pathway pathway, PathwaySettings settings, List<Finding> findings)
    {
        var minima = settings.Minima ?? [];
        foreach (var minimum in minima)
        {
            var component = pathway.Components.FirstOrDefault(component => component.Id == minimum.ComponentId);
            if (component is null || component.Conditions.Count == 0)
                findings.Add(Error("unknown-component", minimum.ComponentId, "A credit minimum belongs to a component with conditions.", "Correct the id."));
            if (minimum.Credits is <= 0 or > 100_000 || decimal.Round(minimum.Credits, 6) != minimum.Credits)
                findings.Add(Error("credit-out-of-range", minimum.ComponentId, $"A minimum of {minimum.Credits} credits.", "Give more than 0 and at most 100,000, with 6 decimals."));
        }

        foreach (var twice in minima.CountBy(minimum => minimum.ComponentId).Where(minimum => minimum.Value > 1))
            findings.Add(Error("duplicate-rule", twice.Key, "Two minima for one component.", "Keep the larger one."));
    }

    private static void CheckDestinations(Pathway pathway, PathwaySettings settings, List<Finding> findings)
    {
        var known = pathway.Components.Select(component => component.Id).ToHashSet();
        if (pathway.Destinations.Count == 0)
            findings.Add(Error("pathway-without-destination", pathway.Id, "No component is the goal.", "Name a hasDestinationComponent."));
        foreach (var missing in pathway.Destinations.Where(id => !known.Contains(id)))
            findings.Add(Error("pathway-without-destination", missing, "The destination is not a component of the pathway.", "Name a component of this pathway."));
        foreach (var award in settings.Awards.Where(award => !pathway.Destinations.Contains(award.ComponentId)))
            findings.Add(Error("award-without-destination", award.ComponentId, "An award belongs to a destination component.", "Name a destination of this pathway."));
        foreach (var twice in settings.Awards.CountBy(award => award.ComponentId).Where(award => award.Value > 1))
            findings.Add(Error("duplicate-award", twice.Key, "Two awards for one destination.", "Keep one of them."));
        foreach (var rule in settings.MetBy.Where(rule => !known.Contains(rule.ComponentId)))
            findings.Add(Error("unknown-component", rule.ComponentId, "A setting names no component of the pathway.", "Correct the id."));
        foreach (var twice in settings.MetBy.CountBy(rule => rule.ComponentId).Where(rule => rule.Value > 1))
            findings.Add(Error("duplicate-rule", twice.Key, "Two settings for one component.", "Keep one of them."));
    }

    private static void CheckCondition(Condition condition, string place, HashSet<string> known, List<Finding> findings)
    {
        var children = condition.Targets.Count + condition.Elided + condition.Conditions.Count;
        var countsOnlyTargets = condition.Operator is not null && condition.Conditions.Count > 0 && condition.Targets.Count > 0;
        var candidates = countsOnlyTargets ? condition.Targets.Count + condition.Elided : children;
        if (condition.RequiredNumber == 0)
            findings.Add(Error("required-number-zero", place, "Requires 0 of its parts, which is no requirement.", "Give the number that is meant, or remove the condition."));
        if (condition.RequiredNumber > candidates && candidates > 0)
        {
            findings.Add(Error(
                "required-number-too-large", place, $"Requires {condition.RequiredNumber} of {candidates}: nobody can ever fulfil it.", "Lower the number or add components."));
        }

        foreach (var twice in condition.Targets.CountBy(target => target).Where(target => target.Value > 1))
            findings.Add(Error("duplicate-target", place, $"\"{twice.Key}\" is named {twice.Value} times.", "Name it once."));
        foreach (var target in condition.Targets.Where(target => !known.Contains(target)))
            findings.Add(Warning("unknown-component", place, $"\"{target}\" is not in the pathway: without evidence that names it, this is unknown.", "Add the component, or remove the target."));
        if (condition.Elided > 0)
            findings.Add(Warning("targets-elided", place, $"{condition.Elided} targets are counted but not named.", "Name them."));
        if (children == 0)
            findings.Add(Warning("condition-without-targets", place, "Names no component: what credentials do not show needs somebody's attestation.", "Name the components."));
        for (var index = 0; index < condition.Conditions.Count; index++)
            CheckCondition(condition.Conditions[index], $"{place}.{index + 1}", known, findings);
    }

    private static Finding Error(string code, string place, string message, string remedy) => new(code, FindingSeverity.Error, place, message, remedy);

    private static Finding Warning(string code, string place, string message, string remedy) => new(code, FindingSeverity.Warning, place, message, remedy);
}
