using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>Small random requirements, every kind of node inside every other and every rule between leaves, with credentials that compete for them.</summary>
internal sealed class RandomInstance
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Classes = ["upper", "resident"];

    private readonly Random _random;
    private readonly int _domains;
    private readonly bool _plain;
    private readonly List<Requirement> _prerequisites = [];
    private int _leaves;
    private int _nodes;

    /// <param name="plain">Only leaves, groups, minima of credits and attestations.</param>
    /// <param name="doubts">Some facts are not known.</param>
    /// <param name="oracle">As many credentials as trying everything can afford.</param>
    public RandomInstance(int seed, int maxCredentials = 5, int maxLeaves = 5, bool doubts = false, bool oracle = true, bool plain = false)
    {
        _random = new Random(seed);
        _plain = plain;
        _domains = _random.Next(0, 3);
        _leaves = _random.Next(1, maxLeaves + 1);
        Root = Node(depth: _random.Next(1, 5));
        Graph = RequirementGraph.Compile(Root, MakeRules(RequirementGraph.Compile(Root)));
        var leaves = Graph.Nodes.Index().Where(node => node.Item is Leaf).Select(node => node.Index).ToList();
        var density = _random.Next(2, 6);
        var candidates = Enumerable.Range(0, _random.Next(0, maxCredentials + 1)).Select(number => MakeCredential(number, leaves, density, doubts)).ToList();
        Credentials = [];
        foreach (var candidate in candidates.Where(candidate => !oracle || Oracle.Size(Graph, [.. Credentials, candidate]) <= 300))
            Credentials = [.. Credentials, candidate];
        Question = new(plain ? null : Now, MakePublished(leaves), Budget: 2_000_000);
    }

    public Requirement Root { get; }

    public RequirementGraph Graph { get; }

    public IReadOnlyList<Credential> Credentials { get; }

    public Question Question { get; }

    public override string ToString()
        => $"{Show(Root)}; rules {string.Join(", ", [.. (Graph.Rules.Exclusivities ?? []).Cast<object>(), .. Graph.Rules.Caps ?? [], .. (Graph.Rules.Substitutions ?? []).Select(rule => string.Join('~', rule.Leaves))])}; published {string.Join(' ', Question.Published ?? [])} with "
            + string.Join("; ", Credentials.Select(credential => $"{credential.Id}:{credential.Credits}({credential.PossibleCredits}) p{credential.Preference} {credential.Facts} [{string.Join(',', credential.Facts?.Classes ?? [])}|{string.Join(',', credential.Facts?.PossibleClasses ?? [])}]→{string.Join(',', credential.Eligible.Select(eligible => Graph.Nodes[eligible.Leaf].Key + (eligible.Certain ? "" : "?")))}"));

    private static string Show(Requirement node) => node switch
    {
        Leaf leaf => $"{leaf.Key}[{leaf.Count},{leaf.Credits},max {leaf.Maximum},{leaf.Domain},w{leaf.Weight}{(leaf.Admission is { } admission ? $",{admission}" : "")}{(leaf.After is { } after ? $",after {Show(after)}" : "")}]",
        SomeOf group => $"{group.Required} of ({string.Join(' ', group.Children.Select(Show))})",
        MinimumCredits minimum => $"min {minimum.Credits} {minimum.Of} in {Show(minimum.Child)}",
        MinimumCount minimum => $"min# {minimum.Count} {minimum.Of} in {Show(minimum.Child)}",
        MinimumAverage average => $"avg {average.Points} {average.Of} in {Show(average.Child)}",
        Limit limit => $"limit #{limit.Count} {limit.Credits} {limit.Of} in {Show(limit.Child)}",
        _ => "attest",
    };

    private bool OneIn(int n) => _random.Next(n) == 0;

    private string? Class() => OneIn(2) ? null : Classes[_random.Next(Classes.Length)];

    private Requirement Node(int depth)
    {
        var key = $"n{_nodes++}";
        if (depth == 0 || _leaves <= 1)
            return MakeLeaf(key);
        switch (_random.Next(_plain ? 10 : 13))
        {
            case 0:
                return MakeLeaf(key);
            case 1 or 2:
                return new MinimumCredits(key, new Rational(_random.Next(0, 12), _random.Next(1, 3)), Node(depth - 1), _plain ? null : Class());
            case 3 when OneIn(3):
                return new Attestation(key);
            case 10:
                return new MinimumCount(key, _random.Next(0, 4), Node(depth - 1), Class());
            case 11:
                return new MinimumAverage(key, new Rational(_random.Next(2, 8), 2), Node(depth - 1), Class());
            case 12:
                return new Limit(key, Node(depth - 1), Class(), OneIn(3) ? null : _random.Next(0, 3), OneIn(2) ? null : new Rational(_random.Next(0, 10), 2));
            default:
                var children = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Node(depth - 1)).ToList();
                return new SomeOf(key, OneIn(5) ? _random.Next(0, children.Count + 2) : _random.Next(1, children.Count + 1), children);
        }
    }

    private Leaf MakeLeaf(string key)
    {
        _leaves--;
        var domain = _domains == 0 || OneIn(5) ? null : $"d{_random.Next(_domains)}";
        var weight = OneIn(6) ? 3 : 1;
        var admission = _plain || !OneIn(8)
            ? null
            : _random.Next(4) switch
            {
                0 => new Admission(MinimumPoints: _random.Next(1, 5)),
                1 => new Admission(MinimumLevel: new Rational(_random.Next(6, 14), 2)),
                2 => new Admission(RecencyMonths: _random.Next(6, 60)),
                _ => new Admission(Of: Classes[_random.Next(Classes.Length)]),
            };
        var after = _plain || !OneIn(8) ? null : Prerequisite(key);
        return _random.Next(3) switch
        {
            0 => new(key, count: 0, new Rational(_random.Next(1, 9), _random.Next(1, 3)), domain: domain, weight: weight, admission: admission, after: after),
            1 when OneIn(2) => new(key, _random.Next(0, 3), new Rational(_random.Next(0, 6)), maximum: _random.Next(1, 4), domain, weight, admission, after),
            _ => new(key, OneIn(3) ? 2 : 1, domain: domain, weight: weight, admission: admission, after: after),
        };
    }

    private Requirement Prerequisite(string key)
    {
        if (_prerequisites.Count > 0 && OneIn(2))
            return _prerequisites[_random.Next(_prerequisites.Count)];
        var earlier = _prerequisites.Count > 0 && OneIn(2) ? _prerequisites[^1] : null;
        var leaf = new Leaf($"{key} before", OneIn(2) ? 1 : 0, OneIn(2) ? 0 : _random.Next(1, 4), after: earlier);
        _prerequisites.Add(OneIn(2) ? leaf : SomeOf.Any($"{key} before any", leaf, OneIn(2) ? new Attestation($"{key} before attested") : new Leaf($"{key} before too", 1)));
        return _prerequisites[^1];
    }

    private Rules MakeRules(RequirementGraph graph)
    {
        if (_plain)
            return Rules.None;
        var domains = graph.Nodes.OfType<Leaf>().Select(leaf => leaf.Domain).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var leaves = graph.Nodes.OfType<Leaf>().Select(leaf => leaf.Key).ToList();
        var uses = domains.Where(_ => OneIn(3)).Select(domain => new Exclusivity(domain, _random.Next(1, 4))).ToList();
        SharingCap[] caps = domains.Count == 2 && OneIn(2) ? [new("cap", domains[0], domains[1], OneIn(3) ? null : _random.Next(0, 3), OneIn(3) ? new Rational(_random.Next(0, 6)) : null)] : [];
        SubstitutionClass[] substitutions = leaves.Count > 1 && OneIn(5) ? [new("same", [leaves[_random.Next(leaves.Count)], leaves[_random.Next(leaves.Count)]])] : [];
        return new(uses, caps, substitutions);
    }

    private Credential MakeCredential(int number, List<int> leaves, int density, bool doubts)
    {
        var credits = new Rational(_random.Next(0, 5), _random.Next(1, 3));
        var eligible = leaves.Where(_ => _random.Next(6) < density).Select(leaf => new Eligibility(leaf, Certain: !doubts || _random.Next(5) > 0)).ToList();
        if (_plain)
            return new($"c{number}", credits, eligible);
        var facts = new Facts(
            doubts && OneIn(4) ? null : new Rational(_random.Next(0, 9), 2),
            doubts && OneIn(4) ? null : new Rational(_random.Next(4, 16), 2),
            doubts && OneIn(4) ? null : Now.AddMonths(-_random.Next(0, 60)),
            OneIn(8) ? Now.AddMonths(_random.Next(-2, 3)) : null,
            [.. Classes.Where(_ => OneIn(2))],
            doubts ? [.. Classes.Where(_ => OneIn(4))] : null);
        if (OneIn(20))
            facts = facts with { Awarded = Now.AddDays(1) };
        return new($"c{number}", credits, eligible, doubts && OneIn(4) ? credits + _random.Next(0, 3) : null, OneIn(6) ? null : facts, OneIn(3) ? _random.Next(0, 4) : 0);
    }

    private List<Use>? MakePublished(List<int> leaves)
        => _plain || Credentials.Count == 0 || OneIn(2) ? null : [.. leaves.Where(_ => OneIn(2)).Select(leaf => new Use(leaf, _random.Next(Credentials.Count)))];
}
