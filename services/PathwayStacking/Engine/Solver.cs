namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Finds the cheapest way for one instance. Bottom up, every node gets its least cost. Where no credential is wanted in two
/// places that is exact; where some are, the smallest part of the tree that holds all the places is searched as a region of its own.
/// </summary>
internal sealed class Solver
{
    private readonly Instance _instance;
    private readonly RequirementGraph _graph;
    private readonly Dictionary<int, int>?[] _open;

    public Solver(Instance instance, Budget budget)
    {
        _instance = instance;
        _graph = instance.Graph;
        var count = _graph.Nodes.Count;
        Best = new Cost[count];
        Selected = new int[count][];
        Taken = new int[count][];
        _open = new Dictionary<int, int>?[count];
        var contention = Contention.Find(instance);
        for (var node = 0; node < count; node++)
        {
            Judge(node);
            if (contention is null)
                continue;
            _open[node] = contention.OpenAt(node, _graph.ChildrenOf(node), _open);
            if (_open[node] is null && HasOpenChild(node))
                SolveRegion(node, budget);
        }
    }

    /// <summary>Least cost of each node on its own; exact unless the node competes with others for credentials.</summary>
    public Cost[] Best { get; }

    /// <summary>By group: the children that its best way takes.</summary>
    public int[][] Selected { get; }

    /// <summary>By leaf: the credentials that its best way uses.</summary>
    public int[][] Taken { get; }

    /// <summary>Whether the node competes for credentials with something outside it.</summary>
    internal bool IsOpen(int node) => _open[node] is not null;

    internal IEnumerable<int> ClassesAt(int node) => _open[node]?.Keys ?? Enumerable.Empty<int>();

    private bool HasOpenChild(int node)
    {
        foreach (var child in _graph.ChildrenOf(node))
        {
            if (IsOpen(child))
                return true;
        }

        return false;
    }

    private void Judge(int node)
    {
        Taken[node] = Selected[node] = [];
        switch (_graph.Nodes[node])
        {
            case Leaf leaf:
                JudgeLeaf(node, leaf);
                break;
            case SomeOf group:
                JudgeGroup(node, group);
                break;
            case MinimumCredits:
                var child = _graph.ChildrenOf(node)[0];
                Selected[node] = [child];
                Best[node] = Best[child] with { Missing = Best[child].Missing + Math.Max(0, _instance.Demand(node) - SupplyBelow(child)) };
                break;
            default:
                Best[node] = _instance.AttestationsHold ? new(0, Instance.AttestationUse) : new(_instance.Scale, 0);
                break;
        }
    }

    private void JudgeLeaf(int node, Leaf leaf)
    {
        var demand = _instance.Demand(node);
        var (missing, taken) = Take(node, leaf, demand, _instance.Eligible[node]);
        // Certain credentials alone may need more of them than the largest ones of all do, but leave no doubt.
        if (missing > 0 && demand > 0 && _instance.AttestationsHold)
            (missing, taken) = Take(node, leaf, demand, [.. _instance.Eligible[node].OrderByDescending(credential => _instance.Credits[credential])]);
        Taken[node] = taken;
        Best[node] = new(missing, taken.Sum(credential => (long)_instance.UseOf(node, credential)));
    }

    private (long Missing, int[] Taken) Take(int node, Leaf leaf, long demand, int[] candidates)
    {
        var taken = new List<int>();
        long credits = 0;
        foreach (var credential in candidates)
        {
            var helps = taken.Count < leaf.Count || (credits < demand && _instance.Credits[credential] > 0);
            if (!helps || taken.Count == leaf.Maximum)
                continue;
            taken.Add(credential);
            credits += _instance.Credits[credential];
        }

        return (_instance.MissingOf(leaf, demand, taken.Count, credits), [.. taken]);
    }

    private void JudgeGroup(int node, SomeOf group)
    {
        var ranked = _graph.ChildrenOf(node).ToArray();
        if (group.Required < ranked.Length)
            Array.Sort(ranked, (left, right) => Best[left].CompareTo(Best[right]) is var order and not 0 ? order : left.CompareTo(right));
        Selected[node] = ranked[..Math.Min(group.Required, ranked.Length)];
        var cost = new Cost(Math.Max(0, group.Required - ranked.Length) * _instance.Scale, 0);
        foreach (var child in Selected[node])
            cost += Best[child];
        Best[node] = cost;
    }

    /// <summary>At most so many credits can be used below: each leaf its largest, each credential once.</summary>
    private long SupplyBelow(int root)
    {
        var credentials = new HashSet<int>();
        long byLeaf = 0;
        var open = new Stack<int>([root]);
        while (open.TryPop(out var node))
        {
            if (_graph.Nodes[node] is Leaf leaf)
            {
                credentials.UnionWith(_instance.Eligible[node]);
                byLeaf += _instance.Eligible[node].Select(credential => _instance.Credits[credential]).OrderDescending().Take(leaf.Maximum).Sum();
            }

            foreach (var child in _graph.ChildrenOf(node))
                open.Push(child);
        }

        return Math.Min(byLeaf, credentials.Sum(credential => _instance.Credits[credential]));
    }

    /// <summary>
    /// Searches what competes below a node. Parts that must hold together and share no credential are searched one by one.
    /// </summary>
    private void SolveRegion(int root, Budget budget)
    {
        var parts = new List<int>();
        var shortage = 0L;
        Flatten(root, root, parts, ref shortage);
        var cost = new Cost(shortage, 0);
        foreach (var part in parts.Where(part => !IsOpen(part) && part != root))
            cost += Best[part];
        foreach (var block in parts is [var only] && only == root ? [parts] : Blocks([.. parts.Where(IsOpen)]))
        {
            var search = new RegionSearch(_instance, this, budget);
            cost += search.Run(block);
            foreach (var (node, selected) in search.Selected)
                Selected[node] = selected;
            foreach (var (leaf, taken) in search.Taken)
                Taken[leaf] = taken;
        }

        Best[root] = cost;
    }

    /// <summary>A node whose children must all hold is its children.</summary>
    private void Flatten(int node, int root, List<int> parts, ref long shortage)
    {
        if (_graph.Nodes[node] is SomeOf group && group.Required >= group.Children.Count && (node == root || IsOpen(node)))
        {
            shortage += (group.Required - group.Children.Count) * _instance.Scale;
            foreach (var child in _graph.ChildrenOf(node))
                Flatten(child, root, parts, ref shortage);
        }
        else
        {
            parts.Add(node);
        }
    }

    private List<List<int>> Blocks(List<int> parts)
    {
        var blocks = new List<(HashSet<int> Classes, List<int> Parts)>();
        foreach (var part in parts)
        {
            var merged = (Classes: ClassesAt(part).ToHashSet(), Parts: new List<int> { part });
            foreach (var block in blocks.Where(block => block.Classes.Overlaps(merged.Classes)).ToList())
            {
                blocks.Remove(block);
                merged.Classes.UnionWith(block.Classes);
                merged.Parts.InsertRange(0, block.Parts);
            }

            blocks.Add(merged);
        }

        return [.. blocks.Select(block => block.Parts)];
    }
}
