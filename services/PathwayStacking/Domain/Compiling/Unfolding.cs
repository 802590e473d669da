using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// Where evidence is counted (once, or by its credits), a component that two conditions name is two places to use evidence. This makes a
/// tree of the graph: each further place is a copy of its own.
/// </summary>
/// <param name="domainOf">The domain that a component's evidence is used in; null where it is shared freely.</param>
internal sealed class Unfolding(Func<string, string?> domainOf, Dictionary<string, Place> places)
{
    public const int MaxPlaces = 10_000;

    private readonly Dictionary<string, int> _copies = [];
    private readonly Dictionary<string, Requirement> _beside = [];

    public static bool IsAsked(PathwaySettings settings) => settings.UseOnce == true || settings.Minima is { Count: > 0 }
        || (settings.Rules ?? []).Any(rule => rule.Kind is RuleKind.CreditMinimum or RuleKind.Residency or RuleKind.GradeAverage or RuleKind.UseLimit or RuleKind.SharingCap);

    /// <summary>Counts the ways from the destinations to each component, without walking them. The pathway must be acyclic.</summary>
    public static bool IsTooLarge(Pathway pathway)
    {
        var ways = pathway.Components.ToDictionary(component => component.Id, _ => 0L);
        foreach (var destination in pathway.Destinations)
            ways[destination]++;
        foreach (var component in PathwayGraph.InOrder(pathway).Reverse())
        {
            foreach (var target in component.Conditions.SelectMany(PathwayGraph.TargetsOf).Where(ways.ContainsKey))
                ways[target] = Math.Min(MaxPlaces + 1, ways[target] + ways[component.Id]);
        }

        return ways.Values.Sum() > MaxPlaces;
    }

    public RequirementGraph Compile(Requirement root, Rules rules, List<Requirement> before)
        => RequirementGraph.Compile(Copy(root), rules, [.. before.Select(Beside)]);

    private Requirement Copy(Requirement node)
    {
        var copies = _copies[node.Key] = _copies.GetValueOrDefault(node.Key) + 1;
        var key = copies == 1 ? node.Key : $"{node.Key} #{copies}";
        places[key] = places[node.Key];
        return node switch
        {
            // A sum over all evidence looks on; it takes nothing from the components.
            Leaf leaf => new Leaf(key, leaf.Count, leaf.Credits, leaf.Maximum, places[key].ComponentId is { } component ? domainOf(component) : null, leaf.Weight),
            SomeOf group => new SomeOf(key, group.Required, [.. group.Children.Select(Copy)]),
            MinimumCredits minimum => new MinimumCredits(key, minimum.Credits, Copy(minimum.Child), minimum.Of),
            MinimumAverage minimum => new MinimumAverage(key, minimum.Points, Copy(minimum.Child), minimum.Of),
            _ => new Attestation(key),
        };
    }

    /// <summary>What comes before a step is judged without counting uses, and may be shared.</summary>
    private Requirement Beside(Requirement node)
    {
        if (_beside.TryGetValue(node.Key, out var known))
            return known;
        var key = _copies.ContainsKey(node.Key) ? $"{node.Key} beside" : node.Key;
        places[key] = places[node.Key];
        return _beside[node.Key] = node switch
        {
            Leaf leaf => new Leaf(key, leaf.Count, leaf.Credits, leaf.Maximum, domain: null, leaf.Weight),
            SomeOf group => new SomeOf(key, group.Required, [.. group.Children.Select(Beside)]),
            Tally tally => Beside(tally.Child),
            _ => new Attestation(key),
        };
    }
}
