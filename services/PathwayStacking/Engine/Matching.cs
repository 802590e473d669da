namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The most that can be filled of leaves that only count, and of groups of such leaves: a flow from credentials over leaves to what asks for
/// them (a leaf itself, or its group), grown by augmenting paths. What weighs most is filled first, which is optimal (matroid greedy).
/// </summary>
internal sealed class Matching
{
    private readonly Instance _instance;
    private readonly RequirementGraph _graph;
    private readonly int[] _leaves;
    private readonly int[] _sinkOf;
    private readonly int[] _capacity;
    private readonly int[][] _tokens;
    private readonly (int Node, int Need, int Weight, int[] Leaves)[] _sinks;
    private readonly List<(int Domain, int Credential)> _tokenKeys = [];
    private int[] _holder = [];
    private int[] _fill = [];
    private int[] _filled = [];
    private int[] _leafSeen = [];
    private int[] _tokenSeen = [];
    private int[] _sinkSeen = [];
    private int _round;

    /// <param name="usable">Which credential may be used for which leaf; null for all that are eligible.</param>
    public Matching(Instance instance, RequirementGraph graph, List<int> leaves, List<int> groups, Func<int, int, bool>? usable = null)
    {
        _instance = instance;
        _graph = graph;
        var sinks = new List<(int Node, int Need, int Weight, int[] Leaves)>();
        var all = new List<int>();
        foreach (var node in leaves)
        {
            var leaf = (Leaf)graph.Nodes[node];
            sinks.Add((node, leaf.Count, leaf.Weight, [all.Count]));
            all.Add(node);
        }

        foreach (var group in groups)
        {
            var children = graph.ChildrenOf(group).ToArray();
            sinks.Add((group, ((SomeOf)graph.Nodes[group]).Required, ((Leaf)graph.Nodes[children[0]]).Weight, [.. Enumerable.Range(all.Count, children.Length)]));
            all.AddRange(children);
        }

        _leaves = [.. all];
        _sinks = [.. sinks.OrderByDescending(sink => sink.Weight)];
        _sinkOf = new int[all.Count];
        for (var sink = 0; sink < _sinks.Length; sink++)
        {
            foreach (var leaf in _sinks[sink].Leaves)
                _sinkOf[leaf] = sink;
        }

        _capacity = [.. all.Select(leaf => ((Leaf)graph.Nodes[leaf]).Count)];
        var indexes = new Dictionary<(int, int), int>();
        _tokens = [.. all.Select((leaf, index) => instance.Eligible[leaf].Where(credential => usable?.Invoke(leaf, credential) != false).Select(credential => IndexOf(indexes, (DomainOf(leaf, index), credential))).ToArray())];
    }

    /// <param name="blocked">Tokens that are used elsewhere: a credential within a domain.</param>
    public Cost Run(Func<int, int, bool>? blocked)
    {
        Clear();
        for (var token = 0; blocked is not null && token < _holder.Length; token++)
            _holder[token] = blocked(_tokenKeys[token].Domain, _tokenKeys[token].Credential) ? -2 : -1;
        var missing = 0L;
        for (var sink = 0; sink < _sinks.Length; sink++)
        {
            for (_round++; _filled[sink] < _sinks[sink].Need && Fill(sink); _round++)
                _filled[sink]++;
            missing = checked(missing + ((_sinks[sink].Need - _filled[sink]) * _instance.Scale * _sinks[sink].Weight));
        }

        var used = 0L;
        for (var token = 0; token < _holder.Length; token++)
            used += _holder[token] >= 0 ? _instance.UseOf(_leaves[_holder[token]], _tokenKeys[token].Credential) : 0;
        return new(missing, used);
    }

    /// <summary>Leaves that together ask for more credentials than may be used for any of them; null when all can be filled.</summary>
    public int[]? FindHallSet()
    {
        Clear();
        for (var sink = 0; sink < _sinks.Length; sink++)
        {
            for (_round++; _filled[sink] < _sinks[sink].Need; _round++)
            {
                // The leaves that the failed attempt came through have no credential left to win.
                if (!Fill(sink))
                    return [.. Enumerable.Range(0, _leaves.Length).Where(leaf => _leafSeen[leaf] == _round).Select(leaf => _leaves[leaf]).Order()];
                _filled[sink]++;
            }
        }

        return null;
    }

    private void Clear()
    {
        _holder = new int[_tokenKeys.Count];
        Array.Fill(_holder, -1);
        _fill = new int[_leaves.Length];
        _filled = new int[_sinks.Length];
        _leafSeen = new int[_leaves.Length];
        _tokenSeen = new int[_tokenKeys.Count];
        _sinkSeen = new int[_sinks.Length];
        _round = 0;
    }

    public bool Wants(int domain, int credential) => _tokenKeys.Contains((domain, credential));

    public IEnumerable<(int Leaf, int[] Taken)> Taken()
    {
        var taken = new List<int>[_leaves.Length];
        for (var leaf = 0; leaf < taken.Length; leaf++)
            taken[leaf] = [];
        for (var token = 0; token < _holder.Length; token++)
        {
            if (_holder[token] >= 0)
                taken[_holder[token]].Add(_tokenKeys[token].Credential);
        }

        return [.. taken.Select((credentials, leaf) => (_leaves[leaf], credentials.ToArray()))];
    }

    /// <summary>Of each group the leaves that are filled, and as many more as it still needs.</summary>
    public IEnumerable<(int Node, int[] Selected)> SelectedInGroups()
        => [.. _sinks.Where(sink => _graph.Nodes[sink.Node] is SomeOf)
            .Select(sink => (sink.Node, sink.Leaves.OrderByDescending(leaf => _fill[leaf]).ThenBy(leaf => leaf).Take(sink.Need).Select(leaf => _leaves[leaf]).Order().ToArray()))];

    private bool Fill(int sink)
    {
        _sinkSeen[sink] = _round;
        foreach (var leaf in _sinks[sink].Leaves)
        {
            if (_fill[leaf] < _capacity[leaf] && Take(leaf))
            {
                _fill[leaf]++;
                return true;
            }
        }

        return false;
    }

    private bool Take(int leaf)
    {
        _leafSeen[leaf] = _round;
        foreach (var token in _tokens[leaf])
        {
            if (_tokenSeen[token] == _round || _holder[token] == leaf || _holder[token] == -2)
                continue;
            _tokenSeen[token] = _round;
            var holder = _holder[token];
            if (holder == -1 || Take(holder) || GiveUp(holder))
            {
                _holder[token] = leaf;
                return true;
            }
        }

        return false;
    }

    /// <summary>A leaf can do without, when what it serves finds another leaf.</summary>
    private bool GiveUp(int leaf)
    {
        var sink = _sinkOf[leaf];
        if (_sinkSeen[sink] == _round || !Fill(sink))
            return false;
        _fill[leaf]--;
        return true;
    }

    /// <summary>A leaf without a domain may stand here more than once, and competes with nothing, itself included.</summary>
    private int DomainOf(int leaf, int index) => ((Leaf)_graph.Nodes[leaf]).Domain is null ? -1 - index : _graph.DomainOf(leaf);

    private int IndexOf(Dictionary<(int, int), int> indexes, (int Domain, int Credential) key)
    {
        if (!indexes.TryGetValue(key, out var index))
        {
            indexes[key] = index = _tokenKeys.Count;
            _tokenKeys.Add(key);
        }

        return index;
    }
}
