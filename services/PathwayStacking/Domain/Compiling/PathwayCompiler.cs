using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// From the CTDL graph to the engine's requirements. Several conditions at a component: all must hold. Of one condition: the required number of its
/// targets and nested conditions; its constraints limit the evidence that counts for the targets. A component is met by evidence of
/// itself or, where its <see cref="CompletionRule"/> says so, by its conditions. What nobody can judge is an attestation.
/// </summary>
public sealed class PathwayCompiler
{
    // Who works towards a certificate is told its parts, not to hand in the certificate.
    private const int ShortcutWeight = 1_000_000;

    private readonly Pathway _pathway;
    private readonly PathwaySettings _settings;
    private readonly Dictionary<string, Component> _components;
    private readonly Dictionary<string, CompletionRule> _rules;
    private readonly Dictionary<string, Requirement> _nodes = [];
    private readonly Dictionary<string, Place> _places = [];
    private readonly List<Requirement> _before = [];
    private readonly RuleCompiler _ruleCompiler;
    private readonly IReadOnlyList<Intervention> _interventions;

    private PathwayCompiler(Pathway pathway, PathwaySettings settings, IReadOnlyList<Intervention> interventions)
    {
        _interventions = interventions;
        _pathway = pathway;
        _settings = settings;
        _components = pathway.Components.ToDictionary(component => component.Id);
        _ruleCompiler = new(pathway, settings);
        _rules = settings.MetBy.ToDictionary(rule => rule.ComponentId, rule => rule.MetBy);
    }

    /// <summary>The pathway must have passed <see cref="PathwayChecks"/> without errors.</summary>
    public static CompiledPathway Compile(Pathway pathway, PathwaySettings settings)
        => new PathwayCompiler(pathway, settings, []).Run(VersionHash(pathway, settings));

    /// <summary>The same version, as it stands for a learner with exceptions.</summary>
    internal static CompiledPathway Compile(CompiledPathway version, IReadOnlyList<Intervention> interventions)
        => new PathwayCompiler(version.Pathway, version.Settings, interventions).Run(version.VersionHash);

    /// <summary>SHA-256 over the canonical JSON (RFC 8785) of model and settings, hex.</summary>
    public static string VersionHash(Pathway pathway, PathwaySettings settings) => CanonicalJson.Sha256(new { Pathway = pathway, Settings = settings });

    /// <summary>Key of the node that says whether one may begin a component.</summary>
    internal static string BeforeKey(string componentId) => $"before {componentId}";

    internal static string ComponentKey(string componentId) => $"component {componentId}";

    private CompiledPathway Run(string versionHash)
    {
        // In topological order, so that a component finds its targets compiled whatever the depth.
        foreach (var component in PathwayGraph.InOrder(_pathway))
            CompileComponent(component);
        var goals = _pathway.Destinations.Distinct().Select(Component).Concat(_ruleCompiler.Unjudged.Select((rule, index) => Attest($"rule {index}", owner: null, RuleCompiler.Describe(rule))));
        var root = Add(SomeOf.All("pathway", [.. goals]), About(null, null, _pathway.Name));
        var graph = Unfolding.IsAsked(_settings)
            ? new Unfolding(_ruleCompiler.Domains, _places).Compile(root, _ruleCompiler.BetweenLeaves, _before)
            : RequirementGraph.Compile(root, _before);
        return new(versionHash, _pathway, _settings, graph, [.. graph.Nodes.Select(node => _places[node.Key])], _interventions);
    }

    private void CompileComponent(Component component)
    {
        var key = ComponentKey(component.Id);
        if (Has(InterventionKind.Waiver, component.Id))
        {
            Add(SomeOf.All(key), About(component.Id, component.Id, component.Name));
            return;
        }

        var conditions = component.Conditions.Select((condition, index) => CompileCondition(condition, component.Id, $"{index + 1}")).ToList();
        if (!IsMetByConditions(component))
        {
            EvidenceOf(component.Id, key);
            CompileBefore(component, conditions);
            return;
        }

        CompileBefore(component, []);
        var place = About(component.Id, component.Id, component.Name);
        var all = conditions is [var only] ? only : Add(SomeOf.All($"{key} conditions", conditions), place);
        if (_settings.Minima?.FirstOrDefault(minimum => minimum.ComponentId == component.Id) is { } least)
            all = Add(new MinimumCredits($"{key} minimum", Rational.From(least.Credits), all), About(null, component.Id, $"{least.Credits} credits of {CtdlTerms.LocalName(least.Unit)}"));
        foreach (var (index, rule) in _ruleCompiler.TalliesOf(component.Id).Index())
        {
            all = Add(RuleCompiler.Tally(rule, $"{key} rule {index}", all), About(null, component.Id, RuleCompiler.Describe(rule)));
        }

        Add(SomeOf.Any(key, all, EvidenceOf(component.Id, $"{key} evidence", weight: ShortcutWeight)), place);
    }

    private void CompileBefore(Component component, List<Requirement> conditions)
    {
        var before = conditions.Concat(component.Prerequisites.Distinct().Select(Component)).ToList();
        if (before.Count > 0)
            _before.Add(Add(SomeOf.All(BeforeKey(component.Id), before), About(null, component.Id, $"before {component.Name}")));
    }

    private Requirement CompileCondition(Condition condition, string owner, string number)
    {
        var key = $"{ComponentKey(owner)} condition {number}";
        var limit = _interventions.FirstOrDefault(granted => granted.Kind == InterventionKind.ChangedLimit && granted.ComponentId == owner && granted.Condition == number);
        if (limit is not null)
            condition = condition with { RequiredNumber = limit.Limit };
        var nested = condition.Conditions.Select((child, index) => CompileCondition(child, owner, $"{number}.{index + 1}")).ToList();
        var targets = condition.Targets.Select(target => CompileTarget(target, condition, key)).ToList();
        for (var elided = 0; elided < Math.Min(condition.Elided, condition.RequiredNumber ?? condition.Elided); elided++)
            targets.Add(Attest($"{key} elided {elided}", owner, "one of the components that the document leaves out"));

        var place = About(null, owner, Text(condition)) with { IsUnnamed = condition.Name is null && condition.Description is null };
        if (targets.Count + nested.Count == 0)
            return CompileWithoutTargets(condition, key, place);
        if (condition.Operator is null || nested.Count == 0 || targets.Count == 0)
        {
            var everything = condition.Targets.Count + condition.Elided + nested.Count;
            var required = condition.RequiredNumber ?? (condition.Operator is LogicalOperator.Or or LogicalOperator.OnlyOne ? 1 : everything);
            return Add(new SomeOf(key, required, [.. targets, .. nested]), place);
        }

        // Targets and nested conditions: the operator joins the conditions, the number belongs to the targets.
        var targetNumber = condition.RequiredNumber ?? condition.Targets.Count + condition.Elided;
        var some = Add(new SomeOf($"{key} targets", targetNumber, targets), place);
        return Add(
            condition.Operator == LogicalOperator.And ? SomeOf.All(key, [some, .. nested]) : SomeOf.Any(key, [some, .. nested]), place);
    }

    /// <summary>Only constraints: a sum of credit over all evidence can be judged, anything else needs a person.</summary>
    private Requirement CompileWithoutTargets(Condition condition, string key, Place place)
    {
        if (condition.RequiredNumber == 0)
            return Add(new SomeOf(key, 0, []), place);
        var sum = condition.Constraints.FirstOrDefault(constraint => ConstraintJudge.IsCreditSum(constraint, out _));
        if (sum is null || condition.Operator is LogicalOperator.Or or LogicalOperator.OnlyOne)
            return Attest(key, place.OwnerId, place.Text);
        ConstraintJudge.IsCreditSum(sum, out var minimum);
        var others = condition.Constraints.Where(constraint => constraint != sum).ToList();
        return Add(new Leaf(key, count: 0, Rational.From(minimum)), place with { Constraints = others, Combination = LogicalOperator.And, CountsCredits = true });
    }

    private Requirement CompileTarget(string target, Condition condition, string key)
    {
        // Of what is waived there is no evidence that a limit could be about.
        if (condition.Constraints.Count == 0 || Has(InterventionKind.Waiver, target))
            return Component(target);
        var limits = string.Join("; ", condition.Constraints.Select(ConstraintJudge.Describe));
        var limited = EvidenceOf(target, $"{key} limited {target}", condition.Constraints, condition.Operator, limits);
        if (!_components.TryGetValue(target, out var component) || !IsMetByConditions(component))
            return limited;
        // A limit on evidence says nothing about a component that its conditions fulfil.
        var place = About(target, target, component.Name);
        var judged = Add(
            SomeOf.All($"{key} composite {target}", Component(target), Attest($"{key} limit of {target}", target, $"{component.Name}: {limits}")), place);
        return Add(SomeOf.Any($"{key} target {target}", limited, judged), place);
    }

    private Requirement Component(string id)
    {
        if (_nodes.TryGetValue(ComponentKey(id), out var known))
            return known;
        // A dangling target: evidence may name it; without, nobody here knows what would fill it.
        var key = ComponentKey(id);
        var unknown = Attest($"{key} unknown", id, $"\"{id}\", which the pathway does not describe");
        return Add(SomeOf.Any(key, EvidenceOf(id, $"{key} evidence"), unknown), About(id, id, id));
    }

    private Requirement EvidenceOf(
        string id, string key, IReadOnlyList<Constraint>? constraints = null, LogicalOperator? combination = null, string? limits = null, int weight = 1)
    {
        var component = _components.GetValueOrDefault(id);
        var text = (component?.Name ?? id) + (limits is null ? "" : $" ({limits})");
        var identifiers = _ruleCompiler.WithSubstitutes(component is null ? [Identifier.Normalize(id)] : RuleCompiler.NamesOf(component));
        return Add(new Leaf(key, count: 1, weight: weight), new(id, id, text, identifiers, constraints ?? [], combination, Limits: _ruleCompiler.LimitsOf(id)));
    }

    private Requirement Attest(string key, string? owner, string text)
        => Add(owner is not null && Has(InterventionKind.Attestation, owner) ? SomeOf.All(key) : new Attestation(key), About(null, owner, text));

    private bool Has(InterventionKind kind, string componentId) => _interventions.Any(granted => granted.Kind == kind && granted.ComponentId == componentId);

    private Requirement Add(Requirement node, Place place)
    {
        _places[node.Key] = place;
        return _nodes[node.Key] = node;
    }

    private static Place About(string? component, string? owner, string text) => new(component, owner, text, [], [], null);

    private bool IsMetByConditions(Component component)
        => component.Conditions.Count > 0 && _rules.GetValueOrDefault(component.Id, component.MetBy) == CompletionRule.Conditions;

    private string Text(Condition condition)
    {
        var names = condition.Targets.Select(target => _components.TryGetValue(target, out var component) ? component.Name : target).ToList();
        if (condition.Elided > 0)
            names.Add($"{condition.Elided} more");
        return condition.Name ?? condition.Description
            ?? (names.Count > 0 ? string.Join(", ", names) : string.Join("; ", condition.Constraints.Select(ConstraintJudge.Describe)));
    }
}
