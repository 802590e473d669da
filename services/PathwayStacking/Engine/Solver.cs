using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Finds the cheapest way for one instance. Bottom up, every node gets its least cost as if it had all credentials for itself. Where what that
/// takes is taken once only, it is the answer; where not, the smallest part of the tree that holds all competitors is searched as a region.
/// </summary>
internal sealed partial class Solver
{
    private readonly Contention _contention = new();
    private readonly RegionSearch _regions = new();
    private Cost[] _best = [];
    private bool[] _selected = [];
    private ulong[] _taken = [];
    private readonly LeafSearch _leaves = new();
    private Budget _budget = null!;
    private int[] _ranked = [];
    private bool[] _changed = [];

    public Instance Instance { get; private set; } = null!;

    public FlatGraph FlatGraph { get; private set; } = null!;

    /// <summary>Least cost of a node on its own; exact unless the node competes with others for credentials.</summary>
    public Cost Best(int node) => _best[node];

    public bool IsSelected(int edge) => _selected[edge];

    public Span<bool> SelectedEdges(int node) => _selected.AsSpan(FlatGraph.ChildStart[node], FlatGraph.ChildStart[node + 1] - FlatGraph.ChildStart[node]);

    /// <summary>The credentials that the leaf's best way uses.</summary>
    public Span<ulong> Taken(int leaf) => _taken.AsSpan(leaf * Instance.Words, Instance.Words);

    public bool IsOpen(int node) => _contention.IsOpen(node);

    /// <param name="strict">Of the strict reading, when this is the generous one.</param>
    public void Solve(Instance instance, Budget budget, Solver? strict)
    {
        (Instance, FlatGraph, _budget) = (instance, instance.FlatGraph, budget);
        var count = FlatGraph.Nodes;
        Room(ref _best, count);
        Room(ref _selected, FlatGraph.Child.Length);
        Room(ref _taken, FlatGraph.LeafCount * instance.Words);
        if (FlatGraph.Leaves.HasPrerequisites)
            JudgeInOrder(strict);
        else
            JudgeAll();
        Remember();
        (_regionCount, _region) = (0, -1);
        if (_contention.Find(instance))
            SolveRegions(budget);
        // What was cut short depends on all that was searched before it.
        _isRemembered &= !budget.WasShort;
    }

    private void JudgeInOrder(Solver? strict)
    {
        for (var node = 0; node < FlatGraph.Nodes; node++)
        {
            if (FlatGraph.LeafOf[node] is >= 0 and var leaf && FlatGraph.Leaves.After[leaf] is >= 0 and var after)
                Follow(leaf, after, strict);
            Judge(node);
        }
    }

    private void JudgeAll()
    {
        var nodes = FlatGraph.Leaves.Node;
        for (var leaf = 0; leaf < nodes.Length; leaf++)
            JudgeLeaf(nodes[leaf], leaf);
        foreach (var node in FlatGraph.Inner)
            Judge(node);
    }

    private void Follow(int leaf, int after, Solver? strict)
    {
        if (_best[after].Missing > 0)
            Instance.Close(leaf);
        else if (strict?._best[after].Missing > 0)
            Instance.Doubt(leaf);
    }

    private void SolveRegions(Budget budget)
    {
        Clear(ref _changed, FlatGraph.Nodes);
        for (var node = 0; node < FlatGraph.Nodes; node++)
        {
            var isChanged = false;
            foreach (var child in FlatGraph.ChildrenOf(node))
                isChanged |= _changed[child];
            if (isChanged)
                Judge(node);
            if (_contention.IsRegion(node))
            {
                (_regionCount, _region) = (_regionCount + 1, node);
                isChanged |= _regions.Solve(this, _contention, node, budget);
            }

            _changed[node] = isChanged;
        }
    }

    internal bool Divides { set => _regions.Divides = value; }

    internal int StepsBeforeAuction { set => _regions.StepsBeforeAuction = value; }

    internal int Auctions => _regions.Auctions;

    internal void SetBest(int node, Cost cost) => _best[node] = cost;

    internal void Select(int edge) => _selected[edge] = true;

    private void Judge(int node)
    {
        switch (FlatGraph.Kind[node])
        {
            case NodeKind.Leaf:
                JudgeLeaf(node, FlatGraph.LeafOf[node]);
                break;
            case NodeKind.SomeOf:
                JudgeGroup(node);
                break;
            case NodeKind.Tally:
                var child = FlatGraph.ChildrenOf(node)[0];
                SelectedEdges(node)[0] = true;
                var least = _best[child];
                foreach (var tally in FlatGraph.TalliesOf[node])
                    least += new Cost(Instance.TallyMissing(tally, MostOf(tally)) is > 0 and var missing ? missing : 0, 0, 0);
                _best[node] = least;
                break;
            default:
                _best[node] = Instance.AttestationsHold ? new(0, Cost.Attested, 0) : new(Instance.Scale, 0, 0);
                break;
        }
    }

    private void JudgeLeaf(int node, int leaf)
    {
        var taken = Taken(leaf);
        taken.Clear();
        if (!Instance.IsPlain)
        {
            _best[node] = _leaves.Fill(Instance, leaf, taken, _budget);
            return;
        }

        // Largest first, as many as the count or the credits ask for.
        var leaves = FlatGraph.Leaves;
        var (want, demand, room) = (leaves.Count[leaf], Instance.Demand(leaf), leaves.Maximum[leaf]);
        var (used, credits) = (0, 0L);
        var certain = Instance.Certain(leaf);
        for (var word = 0; word < certain.Length; word++)
        {
            for (var left = certain[word]; left != 0 && used < room && (used < want || credits < demand); left &= left - 1)
            {
                var worth = demand == 0 ? 0 : Instance.CreditsOf((word << 6) + BitOperations.TrailingZeroCount(left));
                if (used >= want && worth == 0)
                    break;
                taken[word] |= left & (0 - left);
                (used, credits) = (used + 1, credits + worth);
            }
        }

        _best[node] = new(used >= want && credits >= demand ? 0 : Instance.MissingOf(leaf, used, credits), 0, used * Cost.OneUse);
    }

    private void JudgeGroup(int node)
    {
        var children = FlatGraph.ChildrenOf(node);
        var selected = SelectedEdges(node);
        var required = FlatGraph.Required[node];
        if (required == 1 && children.Length > 1)
        {
            var best = 0;
            for (var index = 1; index < children.Length; index++)
            {
                if (_best[children[index]] < _best[children[best]])
                    best = index;
            }

            selected.Clear();
            selected[best] = true;
            _best[node] = _best[children[best]];
            return;
        }

        var cost = new Cost(Math.Max(0, required - children.Length) * Instance.Scale, 0, 0);
        if (required >= children.Length)
        {
            selected.Fill(true);
            foreach (var child in children)
                cost += _best[child];
            _best[node] = cost;
            return;
        }

        selected.Clear();
        Room(ref _ranked, children.Length);
        Rank(children, _ranked.AsSpan(0, children.Length));
        for (var rank = 0; rank < required; rank++)
        {
            selected[_ranked[rank]] = true;
            cost += _best[children[_ranked[rank]]];
        }

        _best[node] = cost;
    }

    /// <summary>Indexes of the children, cheapest first; among equals the canonical order decides.</summary>
    internal void Rank(ReadOnlySpan<int> children, Span<int> ranked)
    {
        for (var index = 0; index < children.Length; index++)
        {
            var at = index;
            for (; at > 0 && _best[children[index]] < _best[children[ranked[at - 1]]]; at--)
                ranked[at] = ranked[at - 1];
            ranked[at] = index;
        }
    }

    /// <summary>At most so much can come together below: each leaf what it can take, each credential once.</summary>
    private long MostOf(int tally)
    {
        var rule = FlatGraph.Tallies[tally];
        if (rule.Kind != TallyKind.AtLeast)
            return 0;
        var sum = 0L;
        for (var word = 0; word < Instance.Words; word++)
        {
            var union = 0UL;
            foreach (var leaf in rule.Leaves)
                union |= Instance.Eligible(leaf, word);
            for (; union != 0; union &= union - 1)
                sum += Instance.TallyValue(tally, (word << 6) + BitOperations.TrailingZeroCount(union));
        }

        return sum;
    }
}
