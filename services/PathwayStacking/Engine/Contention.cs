namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Which leaves compete: those of one domain that share a credential, and all below one minimum of credits. Competing leaves make
/// a class; a node is closed when every class in it lies in it whole, and can then be solved without looking outside.
/// </summary>
internal sealed class Contention
{
    private readonly int[] _class;
    private readonly int[] _size;

    private Contention(int[] classes)
    {
        _class = classes;
        _size = new int[classes.Length];
        foreach (var leader in classes)
        {
            if (leader >= 0)
                _size[leader]++;
        }
    }

    /// <summary>Null when nothing competes.</summary>
    public static Contention? Find(Instance instance)
    {
        var graph = instance.Graph;
        var leader = Enumerable.Range(0, graph.Nodes.Count).ToArray();
        var joined = false;
        var firstLeaf = new Dictionary<(int Domain, int Credential), int>();
        for (var node = 0; node < leader.Length; node++)
        {
            if (graph.Nodes[node] is MinimumCredits)
            {
                joined = true;
                JoinLeavesBelow(graph, node, leader);
            }
            else if (graph.Nodes[node] is Leaf { Domain: not null })
            {
                foreach (var credential in instance.Eligible[node])
                {
                    if (firstLeaf.TryAdd((graph.DomainOf(node), credential), node))
                        continue;
                    joined = true;
                    Join(leader, firstLeaf[(graph.DomainOf(node), credential)], node);
                }
            }
        }

        if (!joined)
            return null;
        var classes = new int[leader.Length];
        for (var node = 0; node < classes.Length; node++)
            classes[node] = graph.Nodes[node] is Leaf or MinimumCredits ? Leader(leader, node) : -1;
        return new(classes);
    }

    /// <summary>The classes that a node holds a part of, with how much; null when there are none.</summary>
    public Dictionary<int, int>? OpenAt(int node, ReadOnlySpan<int> children, Dictionary<int, int>?[] open)
    {
        Dictionary<int, int>? merged = null;
        if (_class[node] >= 0)
            Add(ref merged, _class[node], 1);
        foreach (var child in children)
        {
            foreach (var (key, count) in open[child] ?? [])
                Add(ref merged, key, count);
        }

        return merged is { Count: > 0 } ? merged : null;
    }

    private void Add(ref Dictionary<int, int>? merged, int key, int count)
    {
        if (_size[key] == 1)
            return;
        merged ??= [];
        merged[key] = merged.GetValueOrDefault(key) + count;
        if (merged[key] == _size[key])
            merged.Remove(key);
    }

    private static void JoinLeavesBelow(RequirementGraph graph, int minimum, int[] leader)
    {
        var below = new Stack<int>([minimum]);
        while (below.TryPop(out var node))
        {
            if (graph.Nodes[node] is Leaf or MinimumCredits)
                Join(leader, minimum, node);
            foreach (var child in graph.ChildrenOf(node))
                below.Push(child);
        }
    }

    private static void Join(int[] leader, int left, int right) => leader[Leader(leader, left)] = Leader(leader, right);

    private static int Leader(int[] leader, int node)
    {
        while (leader[node] != node)
            node = leader[node] = leader[leader[node]];
        return node;
    }
}
