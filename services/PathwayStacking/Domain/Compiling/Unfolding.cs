using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// Where evidence is counted (once, or by its credits), a component that two conditions name is two places to use evidence. This makes a
/// tree of the graph: each further place is a copy of its own.
/// </summary>
/// <param name="domains">Components below which evidence is used in a domain; elsewhere it is shared freely.</param>
internal sealed class Unfolding(IReadOnlyDictionary<string, string> domains, Dictionary<string, Place> places)
{
    public const int MaxPlaces = 10_000;

    private readonly Dictionary<string, int> _copies = [];
    private readonly Dictionary<string, Requirement> _beside = [];
    private readonly HashSet<string> _used = [];

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
        => RequirementGraph.Compile(Copy(root, domain: null), Between(rules), [.. before.Select(Beside)]);

    /// <summary>Rules about components that the goal does not need are about nothing.</summary>
    private Rules Between(Rules rules) => rules with
    {
        Exclusivities = rules.Exclusivities?.Where(rule => _used.Contains(rule.Domain)).ToList(),
        Caps = rules.Caps?.Where(cap => _used.Contains(cap.Left) && _used.Contains(cap.Right)).ToList(),
    };

    private Requirement Copy(Requirement node, string? domain)
    {
        var copies = _copies[node.Key] = _copies.GetValueOrDefault(node.Key) + 1;
        var key = copies == 1 ? node.Key : $"{node.Key} #{copies}";
        var place = places[key] = places[node.Key];
        if (domain is null && place.ComponentId is { } component && domains.TryGetValue(component, out domain))
            _used.Add(domain);
        return node switch
        {
            // A sum over all evidence looks on; it takes nothing from the components.
            Leaf leaf => new Leaf(key, leaf.Count, leaf.Credits, leaf.Maximum, place.ComponentId is null ? null : domain, leaf.Weight),
            SomeOf group => new SomeOf(key, group.Required, [.. group.Children.Select(child => Copy(child, domain))]),
            MinimumCredits minimum => new MinimumCredits(key, minimum.Credits, Copy(minimum.Child, domain), minimum.Of),
            MinimumAverage minimum => new MinimumAverage(key, minimum.Points, Copy(minimum.Child, domain), minimum.Of),
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
