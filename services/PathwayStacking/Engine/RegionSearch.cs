using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Solves what competes below one node. Parts that must hold together and share no credential are blocks of their own; a block whose parts do not
/// get into each other's way needs no search.
/// </summary>
internal sealed class RegionSearch
{
    private readonly Legality _legality = new();
    private readonly BlockSearch _search = new();

    private IntList _parts = new();
    private IntList _block = new();
    private IntList _open = new();
    private Cost[] _costs = [];
    private (long Steps, long Refinements)[] _spent = [];
    private int[] _partOf = [];
    private int[] _leader = [];
    private int[] _partOfClass = [];
    private long _shortage;

    /// <summary>Off, all that competes is one block. That must not change an answer; tests compare both.</summary>
    public bool Divides { get; set; } = true;

    /// <summary>As of <see cref="BlockSearch.StepsBeforeAuction"/>.</summary>
    public int StepsBeforeAuction { set => _search.StepsBeforeAuction = value; }

    public int Auctions => _search.Auctions;

    /// <summary>Whether anything is different from what was hoped.</summary>
    public bool Solve(Solver solver, Contention contention, int root, Budget budget)
    {
        _parts.Count = 0;
        if (_legality.CanGoTogether(solver, [root]))
            return false;
        _shortage = 0;
        Flatten(solver, root);
        if (IsOneBlock(root))
            Clear(ref _leader, 1);
        else
            GroupByClass(solver, contention, root);
        SolveBlocks(solver, root, budget, onlyTouched: false);
        return true;
    }

    /// <summary>Solves again what is touched. False when the region has to be looked at as a whole.</summary>
    public bool Change(Solver solver, int root, Budget budget)
    {
        if (_parts.Count == 0)
            return _legality.CanGoTogether(solver, [root]);
        SolveBlocks(solver, root, budget, onlyTouched: true);
        return !budget.WasShort;
    }

    /// <summary>Takes from the budget what solving all again would take.</summary>
    public bool Repeat(Budget budget)
    {
        for (var part = 0; part < _parts.Count; part++)
        {
            if (!budget.Take(_spent[part]))
                return false;
        }

        return true;
    }

    private bool IsOneBlock(int root) => _parts.Count == 1 && _parts[0] == root;

    private void SolveBlocks(Solver solver, int root, Budget budget, bool onlyTouched)
    {
        if (!onlyTouched)
        {
            Room(ref _costs, _parts.Count);
            Clear(ref _spent, _parts.Count);
        }

        var cost = new Cost(_shortage, 0, 0);
        for (var part = 0; part < _parts.Count; part++)
        {
            if (!IsOneBlock(root) && !solver.IsOpen(_parts[part]))
                cost += solver.Best(_parts[part]);
            else if (_leader[part] == part)
                cost += BlockCost(solver, part, budget, onlyTouched);
        }

        solver.SetBest(root, cost);
    }

    private Cost BlockCost(Solver solver, int leader, Budget budget, bool onlyTouched)
    {
        _block.Count = 0;
        var isTouched = false;
        for (var part = leader; part < _parts.Count; part++)
        {
            if (_leader[part] != leader || (part != leader && !solver.IsOpen(_parts[part])))
                continue;
            _block.Add(_parts[part]);
            isTouched |= onlyTouched && solver.IsTouched(_parts[part]);
        }

        if (onlyTouched && !isTouched)
        {
            budget.Take(_spent[leader]);
            return _costs[leader];
        }

        if (isTouched)
            ForgetBlock(solver);
        var before = budget.Left;
        _costs[leader] = SolveBlock(solver, budget);
        _spent[leader] = (before.Steps - budget.Left.Steps, before.Refinements - budget.Left.Refinements);
        return _costs[leader];
    }

    private Cost SolveBlock(Solver solver, Budget budget)
    {
        if (!_legality.CanGoTogether(solver, _block.Items))
            return _search.Run(solver, _block.Items, budget);
        var cost = new Cost(0, 0, 0);
        foreach (var part in _block.Items)
            cost += solver.Best(part);
        return cost;
    }

    /// <summary>What was found for the block is no more; it is searched from what its nodes cost alone.</summary>
    private void ForgetBlock(Solver solver)
    {
        _open.Count = 0;
        foreach (var part in _block.Items)
            _open.Add(part);
        while (_open.Count > 0)
        {
            var node = _open.RemoveLast();
            solver.Forget(node);
            foreach (var child in solver.FlatGraph.ChildrenOf(node))
                _open.Add(child);
        }
    }

    /// <summary>A node whose children must all hold is its children.</summary>
    private void Flatten(Solver solver, int root)
    {
        var program = solver.FlatGraph;
        _block.Count = 0;
        _block.Add(root);
        while (_block.Count > 0)
        {
            var node = _block.RemoveLast();
            var children = program.ChildrenOf(node);
            if (program.Kind[node] != NodeKind.SomeOf || program.Required[node] < children.Length || (node != root && !solver.IsOpen(node)))
            {
                _parts.Add(node);
                continue;
            }

            _shortage += (program.Required[node] - children.Length) * solver.Instance.Scale;
            for (var child = children.Length - 1; child >= 0; child--)
                _block.Add(children[child]);
        }
    }

    private void GroupByClass(Solver solver, Contention contention, int root)
    {
        var program = solver.FlatGraph;
        Fill(ref _partOf, program.Nodes, -1);
        Room(ref _leader, _parts.Count);
        for (var part = 0; part < _parts.Count; part++)
            _leader[part] = _partOf[_parts[part]] = part;
        // Parents come after their children. What has several parents competes with nothing.
        for (var node = root; node >= 0; node--)
        {
            if (_partOf[node] < 0 && program.Parent[node] is >= 0 and var parent)
                _partOf[node] = _partOf[parent];
        }

        if (!Divides)
        {
            JoinAll(solver);
            return;
        }

        Fill(ref _partOfClass, program.LeafCount, -1);
        for (var leaf = 0; leaf < program.LeafCount; leaf++)
        {
            var part = _partOf[program.Leaves.Node[leaf]];
            if (part < 0 || contention.ClassOf(leaf) is not (>= 0 and var rivals))
                continue;
            if (_partOfClass[rivals] < 0)
                _partOfClass[rivals] = part;
            Join(_partOfClass[rivals], part);
        }

        for (var part = 0; part < _parts.Count; part++)
            _leader[part] = Leader(part);
    }

    private void JoinAll(Solver solver)
    {
        var first = 0;
        for (var part = _parts.Count - 1; part >= 0; part--)
            first = solver.IsOpen(_parts[part]) ? part : first;
        for (var part = 0; part < _parts.Count; part++)
            _leader[part] = solver.IsOpen(_parts[part]) ? first : part;
    }

    private void Join(int left, int right)
    {
        (left, right) = (Leader(left), Leader(right));
        _leader[Math.Max(left, right)] = Math.Min(left, right);
    }

    private int Leader(int part)
    {
        while (_leader[part] != part)
            part = _leader[part] = _leader[_leader[part]];
        return part;
    }
}
