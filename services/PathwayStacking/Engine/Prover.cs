namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Builds a <see cref="Refutation"/>. It looks for a contradiction in what must be satisfied, and where there is none yet, assumes: first about choices,
/// then about single uses. The proof stands on its own; if the search that found the verdict were wrong, no proof would come out.
/// </summary>
internal sealed class Prover(Instance instance, int maxSteps)
{
    private readonly RequirementGraph _graph = instance.Graph;
    private readonly bool[] _assumed = new bool[instance.Graph.Nodes.Count];
    private readonly bool[] _excluded = new bool[instance.Graph.Nodes.Count];
    private readonly Dictionary<(int Domain, int Credential), int> _used = [];
    private readonly HashSet<(int Leaf, int Credential)> _notUsed = [];
    private int _steps;

    /// <summary>Null when there is no contradiction, or none within the steps.</summary>
    public Refutation? Refute()
    {
        if (++_steps > maxSteps)
            return null;
        var alive = Alive();
        var needed = Needed(alive);
        if (!alive[_graph.Root] || Enumerable.Range(0, needed.Length).Any(node => needed[node] && !alive[node]))
            return new(RefutationKind.Alone);
        return TooFewCredentials(needed) ?? TooFewCredits(needed) ?? SplitChoice(needed, alive) ?? SplitUse(needed);
    }

    private bool[] Alive()
    {
        var alive = new bool[_graph.Nodes.Count];
        for (var node = 0; node < alive.Length; node++)
        {
            alive[node] = !_excluded[node] && _graph.Nodes[node] switch
            {
                Leaf leaf => CanFill(node, leaf),
                SomeOf group => CountAlive(node, alive) >= group.Required,
                MinimumCredits => alive[_graph.ChildrenOf(node)[0]] && SupplyBelow(node, alive) >= instance.Demand(node),
                _ => instance.AttestationsHold,
            };
        }

        return alive;
    }

    private bool CanFill(int node, Leaf leaf)
    {
        var largest = Usable(node).Select(credential => instance.Credits[credential]).OrderDescending().Take(leaf.Maximum).ToList();
        return largest.Count >= leaf.Count && largest.Sum() >= instance.Demand(node);
    }

    private int CountAlive(int node, bool[] alive)
    {
        var count = 0;
        foreach (var child in _graph.ChildrenOf(node))
            count += alive[child] ? 1 : 0;
        return count;
    }

    private long SupplyBelow(int minimum, bool[] alive)
    {
        var credentials = new HashSet<int>();
        var byLeaf = 0L;
        var below = new Stack<int>([minimum]);
        while (below.TryPop(out var node))
        {
            if (_graph.Nodes[node] is Leaf leaf)
            {
                credentials.UnionWith(Usable(node));
                byLeaf += Usable(node).Select(credential => instance.Credits[credential]).OrderDescending().Take(leaf.Maximum).Sum();
            }

            foreach (var child in _graph.ChildrenOf(node))
            {
                if (alive[child])
                    below.Push(child);
            }
        }

        return Math.Min(byLeaf, credentials.Sum(credential => instance.Credits[credential]));
    }

    private bool[] Needed(bool[] alive)
    {
        var needed = (bool[])_assumed.Clone();
        needed[_graph.Root] = true;
        for (var node = needed.Length - 1; node >= 0; node--)
        {
            if (!needed[node])
                continue;
            var allAlive = _graph.Nodes[node] is MinimumCredits || (_graph.Nodes[node] is SomeOf group && CountAlive(node, alive) == group.Required);
            foreach (var child in _graph.ChildrenOf(node))
                needed[child] |= allAlive && alive[child];
        }

        return needed;
    }

    private Refutation? TooFewCredentials(bool[] needed)
    {
        var leaves = new List<int>();
        var groups = new List<int>();
        for (var node = 0; node < needed.Length; node++)
        {
            if (needed[node] && _graph.Nodes[node] is Leaf { Count: > 0 })
                leaves.Add(node);
            else if (needed[node] && IsPlain(node, needed))
                groups.Add(node);
        }

        var matching = new Matching(instance, _graph, leaves, groups, (leaf, credential) => IsUsable(leaf, credential));
        return matching.FindHallSet() is { } tight ? new(RefutationKind.Count, Leaves: tight) : null;
    }

    /// <summary>A group of leaves that are not needed one by one. Its leaves must take one credential each, or a Hall set would not count them right.</summary>
    private bool IsPlain(int node, bool[] needed)
    {
        if (_graph.Nodes[node] is not SomeOf { Required: > 0 })
            return false;
        foreach (var child in _graph.ChildrenOf(node))
        {
            if (needed[child] || _excluded[child] || _graph.IsShared(child) || _graph.Nodes[child] is not Leaf { Count: 1 })
                return false;
        }

        return true;
    }

    private Refutation? TooFewCredits(bool[] needed)
    {
        var byDomain = Enumerable.Range(0, needed.Length)
            .Where(node => needed[node] && _graph.Nodes[node] is Leaf { Credits.Sign: > 0 })
            .GroupBy(_graph.DomainOf);
        foreach (var domain in byDomain)
        {
            var leaves = domain.ToList();
            var supply = leaves.SelectMany(Usable).Distinct().Sum(credential => instance.Credits[credential]);
            if (leaves.Sum(instance.Demand) > supply)
                return new(RefutationKind.Credits, Leaves: leaves);
        }

        return null;
    }

    private Refutation? SplitChoice(bool[] needed, bool[] alive)
    {
        for (var node = needed.Length - 1; node >= 0; node--)
        {
            if (!needed[node] || _graph.Nodes[node] is not SomeOf group || group.Required <= 0 || IsPlain(node, needed))
                continue;
            foreach (var child in _graph.ChildrenOf(node).ToArray())
            {
                if (!alive[child] || needed[child])
                    continue;
                _assumed[child] = true;
                var left = Refute();
                _assumed[child] = false;
                if (left is null)
                    return null;
                _excluded[child] = true;
                var right = Refute();
                _excluded[child] = false;
                return right is null ? null : new(RefutationKind.Choice, child, Left: left, Right: right);
            }
        }

        return null;
    }

    private Refutation? SplitUse(bool[] needed)
    {
        // Below a minimum every leaf matters that may be satisfied; a group of leaves is decided leaf by leaf before its uses are.
        for (var leaf = 0; leaf < needed.Length; leaf++)
        {
            if (_graph.Nodes[leaf] is not Leaf || (!needed[leaf] && !IsPartOfNeeded(leaf, needed)))
                continue;
            foreach (var credential in Usable(leaf).OrderByDescending(credential => instance.Credits[credential]))
            {
                var token = (_graph.DomainOf(leaf), credential);
                if (_used.ContainsKey(token))
                    continue;
                _used[token] = leaf;
                var left = Refute();
                _used.Remove(token);
                if (left is null)
                    return null;
                _notUsed.Add((leaf, credential));
                var right = Refute();
                _notUsed.Remove((leaf, credential));
                return right is null ? null : new(RefutationKind.Use, leaf, credential, Left: left, Right: right);
            }
        }

        return null;
    }

    private bool IsPartOfNeeded(int leaf, bool[] needed)
    {
        for (var node = leaf + 1; node < needed.Length; node++)
        {
            if (needed[node] && _graph.Nodes[node] is SomeOf && _graph.ChildrenOf(node).Contains(leaf))
                return true;
        }

        return false;
    }

    private IEnumerable<int> Usable(int leaf) => instance.Eligible[leaf].Where(credential => IsUsable(leaf, credential));

    private bool IsUsable(int leaf, int credential)
        => !_notUsed.Contains((leaf, credential)) && (!_used.TryGetValue((_graph.DomainOf(leaf), credential), out var other) || other == leaf);
}
