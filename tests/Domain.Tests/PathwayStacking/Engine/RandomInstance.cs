using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>Small random requirements, every kind of node inside every other, with credentials that compete for them.</summary>
internal sealed class RandomInstance
{
    private readonly Random _random;
    private readonly int _domains;
    private int _leaves;
    private int _nodes;

    public RandomInstance(int seed, int maxCredentials = 5, int maxLeaves = 5, bool doubts = false, bool oracle = true)
    {
        _random = new Random(seed);
        _domains = _random.Next(0, 3);
        _leaves = _random.Next(1, maxLeaves + 1);
        Root = Node(depth: _random.Next(1, 5));
        Graph = RequirementGraph.Compile(Root);
        var leaves = Graph.Nodes.Index().Where(node => node.Item is Leaf).Select(node => node.Index).ToList();
        var density = _random.Next(2, 6);
        Credentials = [];
        var candidates = Enumerable.Range(0, _random.Next(0, maxCredentials + 1)).Select(number => new Credential(
            $"c{number}",
            new Rational(_random.Next(0, 5), _random.Next(1, 3)),
            [.. leaves.Where(_ => _random.Next(6) < density).Select(leaf => new Eligibility(leaf, Certain: !doubts || _random.Next(5) > 0))])).ToList();
        // What trying everything can afford.
        foreach (var candidate in candidates.Where(candidate => !oracle || Oracle.Size(Graph, [.. Credentials, candidate]) <= 500))
            Credentials = [.. Credentials, candidate];
    }

    public Requirement Root { get; }

    public RequirementGraph Graph { get; }

    public IReadOnlyList<Credential> Credentials { get; }

    public override string ToString() => $"{Show(Root)} with {string.Join("; ", Credentials.Select(credential => $"{credential.Id}:{credential.Credits}→{string.Join(',', credential.Eligible.Select(eligible => Graph.Nodes[eligible.Leaf].Key))}"))}";

    private static string Show(Requirement node) => node switch
    {
        Leaf leaf => $"{leaf.Key}[{leaf.Count},{leaf.Credits},max {leaf.Maximum},{leaf.Domain},w{leaf.Weight}]",
        SomeOf group => $"{group.Required} of ({string.Join(' ', group.Children.Select(Show))})",
        MinimumCredits minimum => $"min {minimum.Credits} in {Show(minimum.Child)}",
        _ => "attest",
    };

    private Requirement Node(int depth)
    {
        var key = $"n{_nodes++}";
        if (depth == 0 || _leaves <= 1)
            return MakeLeaf(key);
        switch (_random.Next(10))
        {
            case 0:
                return MakeLeaf(key);
            case 1 or 2:
                return new MinimumCredits(key, new Rational(_random.Next(0, 12), _random.Next(1, 3)), Node(depth - 1));
            case 3 when _random.Next(3) == 0:
                return new Attestation(key);
            default:
                var children = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Node(depth - 1)).ToList();
                return new SomeOf(key, _random.Next(5) == 0 ? _random.Next(0, children.Count + 2) : _random.Next(1, children.Count + 1), children);
        }
    }

    private Leaf MakeLeaf(string key)
    {
        _leaves--;
        var domain = _domains == 0 || _random.Next(5) == 0 ? null : $"d{_random.Next(_domains)}";
        var weight = _random.Next(6) == 0 ? 3 : 1;
        return _random.Next(3) switch
        {
            0 => new(key, count: 0, new Rational(_random.Next(1, 9), _random.Next(1, 3)), domain: domain, weight: weight),
            1 when _random.Next(2) == 0 => new(key, _random.Next(0, 3), new Rational(_random.Next(0, 6)), maximum: _random.Next(1, 4), domain, weight),
            _ => new(key, _random.Next(0, 3) == 0 ? 2 : 1, domain: domain, weight: weight),
        };
    }
}
