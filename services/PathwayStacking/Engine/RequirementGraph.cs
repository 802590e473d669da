using System.Collections.Frozen;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// A requirement compiled once per pathway version: nodes in topological order (children before parents) in flat
/// arrays, so that evaluating needs no recursion over them: a chain of 10,000 components must not exhaust the stack.
/// </summary>
public sealed class RequirementGraph
{
    private readonly FrozenDictionary<string, int> _indexes;
    private readonly int[] _childStart;
    private readonly int[] _children;
    private readonly int[] _parents;
    private readonly int[] _domains;

    private RequirementGraph(List<Requirement> nodes, Requirement root)
    {
        Nodes = nodes;
        _indexes = nodes.Select((node, index) => KeyValuePair.Create(node.Key, index)).ToFrozenDictionary();
        _childStart = new int[nodes.Count + 1];
        var children = new List<int>();
        for (var node = 0; node < nodes.Count; node++)
        {
            children.AddRange(ChildrenOf(nodes[node]).Select(child => _indexes[child.Key]));
            _childStart[node + 1] = children.Count;
        }

        _children = [.. children];
        _parents = new int[nodes.Count];
        foreach (var child in children)
            _parents[child]++;
        Root = _indexes[root.Key];
        _domains = NumberDomains();
        HasAttestations = nodes.Exists(node => node is Attestation);
        CreditDenominators = [.. nodes.Select(node => node is Leaf leaf ? leaf.Credits.Denominator : node is MinimumCredits minimum ? minimum.Credits.Denominator : 1).Distinct()];
        RefuseSharingWhereCredentialsAreCounted(nodes);
    }

    /// <summary>Children before parents.</summary>
    public IReadOnlyList<Requirement> Nodes { get; }

    public int Root { get; }

    public int IndexOf(string key) => _indexes[key];

    public bool TryIndexOf(string key, out int index) => _indexes.TryGetValue(key, out index);

    public ReadOnlySpan<int> ChildrenOf(int node) => _children.AsSpan(_childStart[node].._childStart[node + 1]);

    /// <summary>Whether the node stands under several parents.</summary>
    public bool IsShared(int node) => _parents[node] > 1;

    /// <summary>The exclusivity domain of a leaf: a number of its own for a leaf that shares freely.</summary>
    internal int DomainOf(int leaf) => _domains[leaf];

    internal IReadOnlyList<long> CreditDenominators { get; }

    internal bool HasAttestations { get; }

    /// <param name="beside">Judged too, but no part of what the root requires: what one needs before a step.</param>
    /// <exception cref="ArgumentException">The graph has a cycle, two nodes have one key, or a node is shared where credentials are counted
    /// against each other: the caller checks its pathway before.</exception>
    public static RequirementGraph Compile(Requirement root, params IReadOnlyList<Requirement> beside) => Compile(root, Rules.None, beside);

    public static RequirementGraph Compile(Requirement root, Rules rules, params IReadOnlyList<Requirement> beside)
    {
        var order = new List<Requirement>();
        if (rules != Rules.None)
            throw new NotSupportedException("Rules between leaves are not evaluated yet.");
        var state = new Dictionary<string, (Requirement Node, bool Done)>();
        foreach (var start in (IEnumerable<Requirement>)[root, .. beside])
            Visit(start, order, state);
        return new(order, root);
    }

    private static IReadOnlyList<Requirement> ChildrenOf(Requirement node) => node switch
    {
        SomeOf group => group.Children,
        Tally tally => [tally.Child],
        _ => [],
    };

    private static void Visit(Requirement start, List<Requirement> order, Dictionary<string, (Requirement Node, bool Done)> state)
    {
        if (state.ContainsKey(start.Key))
            return;
        var stack = new Stack<(Requirement Node, int Next)>();
        stack.Push((start, 0));
        state[start.Key] = (start, Done: false);
        while (stack.TryPop(out var frame))
        {
            if (frame.Node is Leaf { Admission: not null } or Leaf { After: not null } or MinimumCount or MinimumAverage or Limit or MinimumCredits { Of: not null })
                throw new NotSupportedException($"'{frame.Node.Key}': this kind is not evaluated yet.");
            var children = ChildrenOf(frame.Node);
            if (frame.Next == children.Count)
            {
                state[frame.Node.Key] = (frame.Node, Done: true);
                order.Add(frame.Node);
                continue;
            }

            stack.Push(frame with { Next = frame.Next + 1 });
            var child = children[frame.Next];
            if (!state.TryGetValue(child.Key, out var seen))
            {
                state[child.Key] = (child, Done: false);
                stack.Push((child, 0));
            }
            else if (!seen.Done || !ReferenceEquals(seen.Node, child))
            {
                throw new ArgumentException($"'{child.Key}' is part of a cycle, or names two nodes.", nameof(start));
            }
        }
    }

    private int[] NumberDomains()
    {
        var domains = new int[Nodes.Count];
        var named = new Dictionary<string, int>();
        for (var node = 0; node < domains.Length; node++)
        {
            domains[node] = node;
            if (Nodes[node] is Leaf { Domain: { } domain } && !named.TryAdd(domain, node))
                domains[node] = named[domain];
        }

        return domains;
    }

    private void RefuseSharingWhereCredentialsAreCounted(List<Requirement> nodes)
    {
        var counted = new bool[Nodes.Count];
        for (var node = 0; node < counted.Length; node++)
        {
            counted[node] = Nodes[node] is Leaf { Domain: not null };
            foreach (var child in ChildrenOf(node))
                counted[node] |= counted[child];
        }

        var belowMinimum = new bool[Nodes.Count];
        for (var node = counted.Length - 1; node >= 0; node--)
        {
            foreach (var child in ChildrenOf(node))
                belowMinimum[child] |= belowMinimum[node] || Nodes[node] is MinimumCredits;
        }

        var shared = Array.FindIndex(_parents, count => count > 1);
        for (; shared >= 0; shared = Array.FindIndex(_parents, shared + 1, count => count > 1))
        {
            if (counted[shared] || belowMinimum[shared])
                throw new ArgumentException($"'{Nodes[shared].Key}' stands in two places, where each use of a credential counts.", nameof(nodes));
        }
    }
}
