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

    private RequirementGraph(List<Requirement> nodes, Requirement root, Rules rules, IReadOnlyList<Requirement> beside)
    {
        Nodes = nodes;
        Rules = rules;
        _indexes = nodes.Select((node, index) => KeyValuePair.Create(node.Key, index)).ToFrozenDictionary();
        _childStart = new int[nodes.Count + 1];
        var children = new List<int>();
        for (var node = 0; node < nodes.Count; node++)
        {
            children.AddRange(ChildrenOf(nodes[node]).Select(child => _indexes[child.Key]));
            if (children.Skip(_childStart[node]).Distinct().Count() < ChildrenOf(nodes[node]).Count)
                throw new ArgumentException($"'{nodes[node].Key}' names a child twice.", nameof(nodes));
            _childStart[node + 1] = children.Count;
        }

        _children = [.. children];
        _parents = new int[nodes.Count];
        foreach (var child in children)
            _parents[child]++;
        Root = _indexes[root.Key];
        RefuseSharingWhereCredentialsAreCounted(nodes);
        RefuseCountingBeside(beside);
        RefuseUnknownNames(rules);
        FlatGraph = FlatGraphBuilder.Build(this, rules);
    }

    /// <summary>Children before parents, prerequisites before what needs them.</summary>
    public IReadOnlyList<Requirement> Nodes { get; }

    public int Root { get; }

    public Rules Rules { get; }

    internal FlatGraph FlatGraph { get; }

    public int IndexOf(string key) => _indexes[key];

    public bool TryIndexOf(string key, out int index) => _indexes.TryGetValue(key, out index);

    public ReadOnlySpan<int> ChildrenOf(int node) => _children.AsSpan(_childStart[node].._childStart[node + 1]);

    /// <summary>Whether the node stands under several parents.</summary>
    public bool IsShared(int node) => _parents[node] > 1;

    /// <param name="beside">Judged too, but no part of what the root requires: what one needs before a step.</param>
    /// <exception cref="ArgumentException">The graph has a cycle, two nodes have one key, a child is named twice, a node is shared where credentials are counted
    /// against each other, or a rule names what is not there: the caller checks its pathway before.</exception>
    public static RequirementGraph Compile(Requirement root, params IReadOnlyList<Requirement> beside) => Compile(root, Rules.None, beside);

    /// <inheritdoc cref="Compile(Requirement, IReadOnlyList{Requirement})"/>
    public static RequirementGraph Compile(Requirement root, Rules rules, params IReadOnlyList<Requirement> beside)
    {
        var order = new List<Requirement>();
        var state = new Dictionary<string, (Requirement Node, bool Done)>();
        foreach (var start in (IEnumerable<Requirement>)[root, .. beside])
            Visit(start, order, state);
        return new(order, root, rules, [.. beside, .. order.OfType<Leaf>().Select(leaf => leaf.After).OfType<Requirement>()]);
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
            var before = frame.Node is Leaf { After: { } after } ? [after] : ChildrenOf(frame.Node);
            if (frame.Next == before.Count)
            {
                state[frame.Node.Key] = (frame.Node, Done: true);
                order.Add(frame.Node);
                continue;
            }

            stack.Push(frame with { Next = frame.Next + 1 });
            var child = before[frame.Next];
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

    private void RefuseUnknownNames(Rules rules)
    {
        var domains = Nodes.OfType<Leaf>().Select(leaf => leaf.Domain).OfType<string>().ToHashSet();
        foreach (var rule in rules.Exclusivities ?? [])
        {
            if (rule.Uses < 1 || !domains.Contains(rule.Domain) || rules.Exclusivities!.Count(other => other.Domain == rule.Domain) > 1)
                throw new ArgumentException($"Domain '{rule.Domain}': at least one use, of a domain that leaves name, said once.", nameof(rules));
        }

        foreach (var cap in rules.Caps ?? [])
        {
            if (cap.Left == cap.Right || !domains.Contains(cap.Left) || !domains.Contains(cap.Right) || cap.Count is < 0)
                throw new ArgumentException($"Cap '{cap.Key}' lies between two different domains that leaves name, and is not negative.", nameof(rules));
            _ = Requirement.Checked(cap.Credits ?? 0);
        }

        foreach (var key in (rules.Substitutions ?? []).SelectMany(rule => rule.Leaves))
        {
            if (!TryIndexOf(key, out var node) || Nodes[node] is not Leaf)
                throw new ArgumentException($"'{key}' is no leaf that could be substituted.", nameof(rules));
        }
    }

    private void RefuseCountingBeside(IEnumerable<Requirement> beside)
    {
        var open = new Stack<int>(beside.Select(node => _indexes[node.Key]));
        var seen = new bool[Nodes.Count];
        while (open.TryPop(out var node))
        {
            if (seen[node])
                continue;
            seen[node] = true;
            if (Nodes[node] is Leaf { Domain: not null } or Tally)
                throw new ArgumentException($"'{Nodes[node].Key}' counts uses, but stands beside what the root requires.", nameof(beside));
            foreach (var child in ChildrenOf(node))
                open.Push(child);
        }
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
                belowMinimum[child] |= belowMinimum[node] || Nodes[node] is Tally;
        }

        var shared = Array.FindIndex(_parents, count => count > 1);
        for (; shared >= 0; shared = Array.FindIndex(_parents, shared + 1, count => count > 1))
        {
            if (counted[shared] || belowMinimum[shared])
                throw new ArgumentException($"'{Nodes[shared].Key}' stands in two places, where each use of a credential counts.", nameof(nodes));
        }
    }
}
