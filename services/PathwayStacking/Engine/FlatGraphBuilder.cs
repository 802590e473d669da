using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Turns a graph into a <see cref="FlatGraph"/>.</summary>
internal sealed class FlatGraphBuilder
{
    private readonly RequirementGraph _graph;
    private readonly Rules _rules;
    private readonly int[] _given;
    private readonly int[] _canonical;
    private readonly Dictionary<string, int> _domains = [];
    private readonly Dictionary<string, int> _classes = [];

    private FlatGraphBuilder(RequirementGraph graph, Rules rules)
    {
        (_graph, _rules) = (graph, rules);
        _canonical = new int[graph.Nodes.Count];
        _given = Order(graph, _canonical);
        foreach (var name in graph.Nodes.OfType<Leaf>().Select(leaf => leaf.Domain).OfType<string>().Distinct().Order(StringComparer.Ordinal))
            _domains[name] = _domains.Count;
        var classes = graph.Nodes.Select(node => node is Tally tally ? tally.Of : (node as Leaf)?.Admission?.Of).OfType<string>();
        foreach (var name in classes.Distinct().Order(StringComparer.Ordinal))
            _classes[name] = _classes.Count;
    }

    public static FlatGraph Build(RequirementGraph graph, Rules rules) => new FlatGraphBuilder(graph, rules).Build();

    private FlatGraph Build()
    {
        var count = _given.Length;
        var nodes = _given.Select(given => _graph.Nodes[given]).ToArray();
        var children = _given.Select(given => _graph.ChildrenOf(given).ToArray().Select(child => _canonical[child]).Order().ToArray()).ToArray();
        var parents = ParentsOf(children, count);
        var leafNodes = Enumerable.Range(0, count).Where(node => nodes[node] is Leaf).ToArray();
        var leafOf = new int[count];
        Array.Fill(leafOf, -1);
        for (var leaf = 0; leaf < leafNodes.Length; leaf++)
            leafOf[leafNodes[leaf]] = leaf;
        var tallies = Tallies(nodes, children, leafOf);
        var talliesOf = Enumerable.Range(0, count).Select(_ => Array.Empty<int>()).ToArray();
        foreach (var group in tallies.Index().GroupBy(tally => tally.Item.Node, tally => tally.Index))
            talliesOf[group.Key] = [.. group];
        var caps = Caps();
        var isCapped = new bool[_domains.Count];
        foreach (var cap in caps)
            isCapped[cap.Left] = isCapped[cap.Right] = true;
        var leaves = Leaves(nodes, leafNodes, leafOf, tallies, isCapped);
        var uses = Uses();
        int[][] domainLeaves = [.. uses.Select((_, domain) => Enumerable.Range(0, leafNodes.Length).Where(leaf => leaves.Domain[leaf] == domain).ToArray())];
        return new()
        {
            Nodes = count,
            Root = _canonical[_graph.Root],
            Kind = [.. nodes.Select(KindOf)],
            Required = [.. nodes.Select(node => node is SomeOf group ? Math.Max(0, group.Required) : node is Tally ? 1 : 0)],
            ChildStart = [0, .. Sums(children)],
            Child = [.. children.SelectMany(child => child)],
            EdgeNode = [.. children.SelectMany((list, node) => list.Select(_ => node))],
            Inner = [.. Enumerable.Range(0, count).Where(node => nodes[node] is not Leaf)],
            Parent = parents,
            Given = _given,
            Canonical = _canonical,
            LeafOf = leafOf,
            LeafOfGiven = [.. _canonical.Select(node => leafOf[node])],
            Leaves = leaves,
            Uses = uses,
            IsCapped = isCapped,
            DomainLeaves = domainLeaves,
            Tallies = tallies,
            TalliesOf = talliesOf,
            Caps = caps,
            Classes = [.. _classes.OrderBy(name => name.Value).Select(name => name.Key)],
            MoreHelps = MoreHelps(nodes, children),
            IsPlainGroup = [.. Enumerable.Range(0, count).Select(node => nodes[node] is SomeOf { Required: > 0 } && IsPlain(children[node], leafOf, leaves))],
            Scale = Scale(nodes, caps),
            MostMissing = (long)Int128.Min(long.MaxValue, nodes.Aggregate(Int128.Zero, (sum, node) => sum + MostMissing(node))),
            MostUses = Math.Max(1, uses.Select((times, domain) => Math.Min(times, domainLeaves[domain].Length)).Sum() + leaves.Domain.Count(domain => domain < 0)),
            HasAttestations = Array.Exists(nodes, node => node is Attestation),
        };
    }

    /// <summary>Children and prerequisites before what needs them, children by key.</summary>
    private static int[] Order(RequirementGraph graph, int[] canonical)
    {
        var order = new List<int>(graph.Nodes.Count);
        Array.Fill(canonical, -1);
        var starts = Enumerable.Range(0, graph.Nodes.Count).OrderByDescending(node => node == graph.Root).ThenBy(node => graph.Nodes[node].Key, StringComparer.Ordinal);
        var entered = new bool[graph.Nodes.Count];
        var stack = new Stack<(int Node, int[] Next, int Index)>();
        foreach (var start in starts)
        {
            if (!entered[start])
                Enter(start);
            while (stack.TryPop(out var frame))
            {
                if (frame.Index == frame.Next.Length)
                {
                    canonical[frame.Node] = order.Count;
                    order.Add(frame.Node);
                    continue;
                }

                stack.Push(frame with { Index = frame.Index + 1 });
                if (!entered[frame.Next[frame.Index]])
                    Enter(frame.Next[frame.Index]);
            }
        }

        return [.. order];

        void Enter(int node)
        {
            entered[node] = true;
            var next = graph.Nodes[node] is Leaf { After: { } after } ? [graph.IndexOf(after.Key)] : graph.ChildrenOf(node).ToArray();
            Array.Sort(next, (left, right) => string.CompareOrdinal(graph.Nodes[left].Key, graph.Nodes[right].Key));
            stack.Push((node, next, 0));
        }
    }

    private static NodeKind KindOf(Requirement node) => node switch
    {
        Leaf => NodeKind.Leaf,
        SomeOf => NodeKind.SomeOf,
        Tally => NodeKind.Tally,
        _ => NodeKind.Attestation,
    };

    private static IEnumerable<int> Sums(int[][] children)
    {
        var sum = 0;
        foreach (var child in children)
            yield return sum += child.Length;
    }

    private static int[] ParentsOf(int[][] children, int count)
    {
        var parents = new int[count];
        Array.Fill(parents, -1);
        var seen = new bool[count];
        for (var node = 0; node < count; node++)
        {
            foreach (var child in children[node])
            {
                parents[child] = seen[child] ? -1 : node;
                seen[child] = true;
            }
        }

        return parents;
    }

    private TallyRule[] Tallies(Requirement[] nodes, int[][] children, int[] leafOf)
    {
        var tallies = new List<TallyRule>();
        for (var node = 0; node < nodes.Length; node++)
        {
            if (nodes[node] is not Tally tally)
                continue;
            var below = LeavesBelow(node, children, leafOf);
            var of = tally.Of is { } name ? _classes[name] : -1;
            switch (tally)
            {
                case MinimumCredits minimum:
                    tallies.Add(new(node, TallyKind.AtLeast, of, minimum.Credits, OfCredits: true, below));
                    break;
                case MinimumCount minimum:
                    tallies.Add(new(node, TallyKind.AtLeast, of, minimum.Count, OfCredits: false, below));
                    break;
                case MinimumAverage average:
                    tallies.Add(new(node, TallyKind.Average, of, average.Points, OfCredits: true, below));
                    break;
                case Limit limit:
                    if (limit.Count is { } most)
                        tallies.Add(new(node, TallyKind.AtMost, of, most, OfCredits: false, below));
                    if (limit.Credits is { } credits)
                        tallies.Add(new(node, TallyKind.AtMost, of, credits, OfCredits: true, below));
                    break;
            }
        }

        return [.. tallies];
    }

    private static int[] LeavesBelow(int root, int[][] children, int[] leafOf)
    {
        var below = new List<int>();
        var open = new Stack<int>([root]);
        while (open.TryPop(out var node))
        {
            if (leafOf[node] >= 0)
                below.Add(leafOf[node]);
            foreach (var child in children[node])
                open.Push(child);
        }

        return [.. below.Distinct().Order()];
    }

    private CapRule[] Caps()
    {
        var caps = (_rules.Caps ?? []).OrderBy(cap => cap.Key, StringComparer.Ordinal).Where(cap => _domains.ContainsKey(cap.Left) && _domains.ContainsKey(cap.Right));
        return [.. caps.Select(cap => new CapRule(_domains[cap.Left], _domains[cap.Right], cap.Count ?? -1, cap.Credits))];
    }

    private int[] Uses()
    {
        var uses = new int[_domains.Count];
        Array.Fill(uses, 1);
        foreach (var rule in (_rules.Exclusivities ?? []).Where(rule => _domains.ContainsKey(rule.Domain)))
            uses[_domains[rule.Domain]] = rule.Uses;
        return uses;
    }

    private LeafTable Leaves(Requirement[] nodes, int[] leafNodes, int[] leafOf, TallyRule[] tallies, bool[] isCapped)
    {
        var leaves = leafNodes.Select(node => (Leaf)nodes[node]).ToArray();
        var above = leaves.Select(_ => new List<int>()).ToArray();
        for (var tally = 0; tally < tallies.Length; tally++)
        {
            foreach (var leaf in tallies[tally].Leaves)
                above[leaf].Add(tally);
        }

        var domains = leaves.Select(leaf => leaf.Domain is { } name ? _domains[name] : -1).ToArray();
        return new()
        {
            Node = leafNodes,
            Count = [.. leaves.Select(leaf => leaf.Count)],
            Credits = [.. leaves.Select(leaf => leaf.Credits)],
            Maximum = [.. leaves.Select(leaf => leaf.Maximum)],
            Weight = [.. leaves.Select(leaf => leaf.Weight)],
            Domain = domains,
            After = [.. leaves.Select(leaf => leaf.After is { } after ? _canonical[_graph.IndexOf(after.Key)] : -1)],
            Admission = [.. leaves.Select(leaf => leaf.Admission)],
            Substitutes = Substitutes(leaves, leafOf),
            Tallies = [.. above.Select(list => list.ToArray())],
            IsSimple = [.. leaves.Select((leaf, index) => leaf.Credits.Sign == 0 && above[index].Count == 0 && (domains[index] < 0 || !isCapped[domains[index]]))],
            HasSubstitutes = (_rules.Substitutions ?? []).Count > 0,
            HasAdmissions = Array.Exists(leaves, leaf => leaf.Admission is not null),
            HasPrerequisites = Array.Exists(leaves, leaf => leaf.After is not null),
        };
    }

    private int[][] Substitutes(Leaf[] leaves, int[] leafOf)
    {
        var substitutes = leaves.Select(_ => new SortedSet<int>()).ToArray();
        foreach (var rule in _rules.Substitutions ?? [])
        {
            var members = rule.Leaves.Where(key => _graph.TryIndexOf(key, out _)).Select(key => leafOf[_canonical[_graph.IndexOf(key)]]).Where(leaf => leaf >= 0).ToList();
            foreach (var member in members)
                substitutes[member].UnionWith(members.Where(other => other != member));
        }

        return [.. substitutes.Select(set => set.ToArray())];
    }

    private static bool[] MoreHelps(Requirement[] nodes, int[][] children)
    {
        var helps = new bool[nodes.Length];
        for (var node = nodes.Length - 1; node >= 0; node--)
        {
            foreach (var child in children[node])
                helps[child] |= helps[node] || nodes[node] is MinimumCredits or MinimumCount or MinimumAverage;
        }

        return helps;
    }

    private static bool IsPlain(int[] children, int[] leafOf, LeafTable leaves)
        => children.Length > 0 && Array.TrueForAll(children, child => leafOf[child] is >= 0 and var leaf
            && leaves.IsSimple[leaf] && leaves.Count[leaf] == 1 && leaves.Maximum[leaf] == 1 && leaves.Weight[leaf] == leaves.Weight[leafOf[children[0]]]);

    private static Int128 MostMissing(Requirement node) => node switch
    {
        Leaf leaf => (leaf.Count + WholeAbove(leaf.Credits)) * leaf.Weight,
        SomeOf group => Math.Max(0, (long)group.Required - group.Children.Count),
        MinimumCredits minimum => WholeAbove(minimum.Credits),
        MinimumCount minimum => minimum.Count,
        _ => 1,
    };

    private static Int128 WholeAbove(Rational credits) => ((Int128)credits.Numerator + credits.Denominator - 1) / credits.Denominator;

    private static long Scale(Requirement[] nodes, CapRule[] caps)
    {
        var rationals = nodes.Select(node => node switch
        {
            Leaf leaf => leaf.Credits,
            MinimumCredits minimum => minimum.Credits,
            Limit { Credits: { } credits } => credits,
            _ => Rational.Zero,
        });
        return rationals.Concat(caps.Select(cap => cap.Credits ?? 0)).Aggregate(1L, (scale, next) => Scaling.Common(scale, next.Denominator));
    }
}
