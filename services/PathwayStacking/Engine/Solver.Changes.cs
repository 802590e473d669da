using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// One credential more or less: what it touches is judged again, and of a region the blocks that it touches are searched again. The rest stays as it was found,
/// which is what finding it again would give: nothing in it has changed but the numbers of credentials, and these keep their order.
/// </summary>
internal sealed partial class Solver
{
    private Cost[] _aloneBest = [];
    private bool[] _aloneSelected = [];
    private ulong[] _aloneTaken = [];
    private bool[] _touched = [];
    private bool _isRemembered;
    private int _regionCount;
    private int _region;

    /// <summary>Whether to keep what every node costs alone, for changes to come.</summary>
    public bool Remembers { get; set; }

    public bool IsTouched(int node) => _touched[node];

    /// <summary>False when all has to be solved anew.</summary>
    public bool Change(Budget budget, int credential, int by)
    {
        if (!_isRemembered || _regionCount > 1 || MayJoin(Instance.ChangedLeaves) || !Touch(Instance.ChangedLeaves))
            return false;
        Shift(_taken, credential, by);
        Shift(_aloneTaken, credential, by);
        SwapAlone();
        for (var node = 0; node < FlatGraph.Nodes; node++)
        {
            if (_touched[node])
                Judge(node);
        }

        SwapAlone();
        if (_region >= 0 && !ChangeRegion(budget))
            return _isRemembered = false;
        for (var node = 0; node < FlatGraph.Nodes; node++)
        {
            if (_touched[node] && node != _region && !(_region >= 0 && IsBelow(node, _region)))
                Judge(node);
        }

        return true;
    }

    /// <summary>Back to what the node costs alone.</summary>
    public void Forget(int node)
    {
        _best[node] = _aloneBest[node];
        var (start, end) = (FlatGraph.ChildStart[node], FlatGraph.ChildStart[node + 1]);
        _aloneSelected.AsSpan(start..end).CopyTo(_selected.AsSpan(start));
        if (FlatGraph.LeafOf[node] is >= 0 and var leaf)
            _aloneTaken.AsSpan(leaf * Instance.Words, Instance.Words).CopyTo(Taken(leaf));
    }

    private bool ChangeRegion(Budget budget)
    {
        if (!_touched[_region])
            return _regions.Repeat(budget);
        for (var node = 0; node <= _region; node++)
        {
            if (_touched[node] && IsBelow(node, _region))
                Forget(node);
        }

        return _regions.Change(this, _region, budget);
    }

    private bool IsBelow(int node, int top)
    {
        while (node >= 0 && node < top)
            node = FlatGraph.Parent[node];
        return node == top;
    }

    private void Remember()
    {
        _isRemembered = Remembers;
        if (!Remembers)
            return;
        var (nodes, edges, words) = (FlatGraph.Nodes, FlatGraph.Child.Length, FlatGraph.LeafCount * Instance.Words);
        _best.AsSpan(0, nodes).CopyTo(Room(ref _aloneBest, nodes));
        _selected.AsSpan(0, edges).CopyTo(Room(ref _aloneSelected, edges));
        _taken.AsSpan(0, words).CopyTo(Room(ref _aloneTaken, words));
    }

    private void SwapAlone()
    {
        (_best, _aloneBest) = (_aloneBest, _best);
        (_selected, _aloneSelected) = (_aloneSelected, _selected);
        (_taken, _aloneTaken) = (_aloneTaken, _taken);
    }

    private void Shift(ulong[] sets, int credential, int by)
    {
        if (by > 0)
            Bits.Insert(sets, FlatGraph.LeafCount, Instance.Words, credential);
        else
            Bits.Remove(sets, FlatGraph.LeafCount, Instance.Words, credential);
    }

    /// <summary>What two leaves of a domain want may join their classes, or have joined them.</summary>
    private bool MayJoin(ReadOnlySpan<int> leaves)
    {
        for (var index = 0; index < leaves.Length; index++)
        {
            for (var other = 0; other < index; other++)
            {
                if (FlatGraph.Leaves.Domain[leaves[index]] is >= 0 and var domain && domain == FlatGraph.Leaves.Domain[leaves[other]])
                    return true;
            }
        }

        return false;
    }

    /// <summary>The leaves and all that stands above them, up to the root. False where a node stands in several places.</summary>
    private bool Touch(ReadOnlySpan<int> leaves)
    {
        Clear(ref _touched, FlatGraph.Nodes);
        foreach (var leaf in leaves)
        {
            var top = -1;
            for (var node = FlatGraph.Leaves.Node[leaf]; node >= 0; node = FlatGraph.Parent[node])
                _touched[top = node] = true;
            if (top != FlatGraph.Root)
                return false;
        }

        return true;
    }
}
