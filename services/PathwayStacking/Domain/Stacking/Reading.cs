using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>Reads an evaluation in the pathway's terms: components and sentences instead of node indexes.</summary>
internal sealed class Reading(CompiledPathway pathway, Evaluation evaluation, IReadOnlyList<(Credential Credential, Evidence Evidence)> held)
{
    private const int MostOptionsNamed = 12;
    private const int MostSteps = 12;

    private readonly RequirementGraph _graph = pathway.Graph;
    private readonly Dictionary<string, Verdict> _verdicts = ByComponent(pathway, evaluation);

    public DestinationOutcome Destination(string componentId)
    {
        var node = _graph.IndexOf(PathwayCompiler.ComponentKey(componentId));
        return new(componentId, pathway.PlaceOf(node).Text, evaluation.Outcomes[node].Verdict, UsesBelow(node));
    }

    public IReadOnlyList<EvidenceUse> UsesBelow(int root)
    {
        var below = ChosenBelow(root);
        return [.. evaluation.Uses
            .Where(use => below.Contains(use.Leaf))
            .Select(use => new EvidenceUse(pathway.PlaceOf(use.Leaf).OwnerId ?? pathway.Pathway.Id, held[use.Credential].Evidence.Id))
            .Distinct()];
    }

    /// <summary>Leaves, sums over them and attestations along the proposed way: how many are met, and how many there are.</summary>
    public (int Met, int Total) Progress()
    {
        var ends = ChosenBelow(_graph.Root).Where(node => _graph.Nodes[node] is Leaf or Attestation or Tally).ToList();
        return (ends.Count(node => evaluation.Outcomes[node].Verdict == Verdict.Satisfied), ends.Count);
    }

    public IReadOnlyList<MetComponent> Met()
    {
        var byLeaf = held.SelectMany(pair => pair.Credential.Eligible.Where(eligible => eligible.Certain).Select(eligible => (eligible.Leaf, pair.Evidence.Id)))
            .ToLookup(pair => pathway.PlaceOf(pair.Leaf).ComponentId, pair => pair.Id);
        return [.. pathway.Pathway.Components
            .Where(component => VerdictOf(component.Id) == Verdict.Satisfied)
            .Select(component => new MetComponent(component.Id, component.Name, [.. byLeaf[component.Id].Distinct()], WaiverOf(component.Id)))];
    }

    /// <summary>Walks the proposed way down to what falls short, with this verdict.</summary>
    public IReadOnlyList<Shortfall> Shortfalls(Verdict verdict)
    {
        var shortfalls = new List<Shortfall>();
        var seen = new HashSet<int>();
        var open = new Stack<int>([_graph.Root]);
        while (open.TryPop(out var node))
        {
            if (evaluation.Outcomes[node].Verdict == Verdict.Satisfied || !seen.Add(node))
                continue;
            var further = Further(node);
            for (var child = further.Count - 1; child >= 0; child--)
                open.Push(further[child]);
            if (further.Count == 0 && evaluation.Outcomes[node].Verdict == verdict)
                shortfalls.Add(Describe(node));
        }

        return shortfalls;
    }

    /// <summary>The leaves that the proposed way still needs, those that can be begun first, then as the pathway has them. Nobody takes more steps than these at a time.</summary>
    public IReadOnlyList<NextStep> Next()
    {
        var leaves = ChosenBelow(_graph.Root)
            .Where(node => _graph.Nodes[node] is Leaf && pathway.PlaceOf(node).ComponentId is not null && evaluation.Outcomes[node].Verdict == Verdict.NotSatisfied);
        var components = pathway.Pathway.Components.ToDictionary(component => component.Id);
        var steps = new List<NextStep>();
        foreach (var id in leaves.Order().Select(leaf => pathway.PlaceOf(leaf).ComponentId!).Distinct())
        {
            // One that is met elsewhere would have to be held twice, which counts for nothing.
            if (!components.TryGetValue(id, out var component) || VerdictOf(id) == Verdict.Satisfied)
                continue;
            var isReady = !_graph.TryIndexOf(PathwayCompiler.BeforeKey(id), out var before) || evaluation.Outcomes[before].Verdict == Verdict.Satisfied;
            var needed = isReady ? [] : PathwayGraph.RequiredBy(component).Where(required => VerdictOf(required) != Verdict.Satisfied).ToList();
            steps.Add(new(id, component.Name, isReady, needed));
        }

        return [.. steps.OrderByDescending(step => step.Ready).Take(MostSteps)];
    }

    /// <summary>Children to go on with; none when the node itself is what falls short.</summary>
    private List<int> Further(int node)
    {
        // Credits or grades are what falls short only when everything below is there.
        if (_graph.Nodes[node] is Tally)
            return evaluation.Outcomes[_graph.ChildrenOf(node)[0]].Verdict == Verdict.Satisfied ? [] : [_graph.ChildrenOf(node)[0]];
        if (_graph.Nodes[node] is not SomeOf group)
            return [];
        var children = _graph.ChildrenOf(node).ToArray();
        var isComponent = pathway.PlaceOf(node).ComponentId is not null;
        var isChoice = group.Required < children.Length && !isComponent;
        // A choice is reported as a choice; going on would hide the alternatives.
        return isChoice ? [] : [.. children.Where(child => evaluation.Outcomes[child].Chosen && evaluation.Outcomes[child].Verdict != Verdict.Satisfied)];
    }

    private Shortfall Describe(int node)
    {
        var place = pathway.PlaceOf(node);
        switch (_graph.Nodes[node])
        {
            case SomeOf group:
                var open = _graph.ChildrenOf(node).ToArray().Where(child => evaluation.Outcomes[child].Verdict != Verdict.Satisfied).ToList();
                var needed = group.Required - evaluation.Outcomes[node].Have;
                var names = open.Take(MostOptionsNamed).Select(child => pathway.PlaceOf(child).Text).Distinct().ToList();
                var more = open.Count > MostOptionsNamed ? $" or {open.Count - MostOptionsNamed} others" : "";
                return new(
                    place.OwnerId,
                    $"{needed} more of: {string.Join(", ", names)}{more}",
                    [.. open.Select(child => pathway.PlaceOf(child).ComponentId).OfType<string>().Distinct()]);
            case Tally:
                return new(place.OwnerId, place.Text, []);
            case Leaf { Count: 0 } leaf:
                return new(place.OwnerId, $"{leaf.Credits} credits: {place.Text}", []);
            case Leaf:
                return new(place.OwnerId, place.Text, [place.ComponentId!]);
            default:
                return new(place.OwnerId, $"needs attestation: {place.Text}", []);
        }
    }

    private string? WaiverOf(string componentId)
        => pathway.Interventions.FirstOrDefault(granted => granted.Kind == InterventionKind.Waiver && granted.ComponentId == componentId)?.Id;

    private Verdict VerdictOf(string componentId) => _verdicts.GetValueOrDefault(componentId);

    /// <summary>A component that stands in several places is met where one of them is.</summary>
    private static Dictionary<string, Verdict> ByComponent(CompiledPathway pathway, Evaluation evaluation)
    {
        var verdicts = new Dictionary<string, Verdict>();
        for (var node = 0; node < evaluation.Outcomes.Count; node++)
        {
            if (pathway.PlaceOf(node).ComponentId is { } id && evaluation.Outcomes[node].Verdict >= verdicts.GetValueOrDefault(id))
                verdicts[id] = evaluation.Outcomes[node].Verdict;
        }

        return verdicts;
    }

    private HashSet<int> ChosenBelow(int root)
    {
        var below = new HashSet<int>();
        var open = new Stack<int>([root]);
        while (open.TryPop(out var node))
        {
            if (!evaluation.Outcomes[node].Chosen || !below.Add(node))
                continue;
            foreach (var child in _graph.ChildrenOf(node))
                open.Push(child);
        }

        return below;
    }
}
