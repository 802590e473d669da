using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// How many children of a choice can have all they want at once, where each wants certain credentials that others want too: the largest
/// independent set of their conflict graph. Credentials are cliques of it, so that covering what is left with few credentials bounds what can still be won.
/// </summary>
internal sealed class Packing
{
    public const int MostChildren = 64;

    private const int FewChildren = 16;

    private const int MostSteps = 4_000;

    private Solver _solver = null!;
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private readonly ulong[] _conflicts = new ulong[MostChildren];
    private ulong[] _wanted = [];
    private ulong[] _cliques = [];
    private int[] _order = [];
    private int _cliqueCount;
    private int _target;
    private int _most;
    private int _lost;
    private int _stepsLeft;
    private int _children;
    private Budget _budget = null!;
    private IntList _stack = new();

    /// <summary>The children of the largest packing found, no more than are required.</summary>
    public ulong Best { get; private set; }

    public int Size => BitOperations.PopCount(Best);

    /// <summary>No leaf of the children asks for credits.</summary>
    public bool CountsOnly { get; private set; }

    /// <summary>Perhaps less is lost by another choice, and searching all of them would be in vain.</summary>
    public bool IsCut { get; private set; }

    /// <summary>So many credentials are missing at least, whatever is chosen.</summary>
    public int LeastLost { get; private set; }

    /// <summary>As many children as are required: a packing, and what loses least beside it.</summary>
    public ulong Chosen { get; private set; }

    /// <summary>False when there are too many children, they cost unequally, or nothing tells which of them are in conflict.</summary>
    public bool Find(Solver solver, int choice, Budget budget)
    {
        (_solver, _instance, _program, _budget) = (solver, solver.Instance, solver.FlatGraph, budget);
        var children = _program.ChildrenOf(choice);
        if (children.Length > MostChildren || _program.MoreHelps[choice])
            return false;
        foreach (var child in children)
        {
            if (solver.Best(child) != solver.Best(children[0]) || _program.LeafOf[child] >= 0)
                return false;
        }

        if (!FindConflicts(children))
            return false;
        CountsOnly = true;
        foreach (var child in children)
            CountsOnly &= AsksForNoCredits(child);
        (_target, _most, Best) = (_program.Required[choice], 0, 0);
        var all = children.Length == 64 ? ulong.MaxValue : (1UL << children.Length) - 1;
        Explore(all, 0);
        (Chosen, _lost, _children) = (0, int.MaxValue, children.Length);
        Extend(Best);
        (LeastLost, IsCut) = (_target - _most, false);
        _stepsLeft = MostSteps;
        if (Size < _target && !budget.IsSpent)
            Complete(all, 0);
        if (_lost == LeastLost)
            return true;
        // No largest packing can be extended by one child that loses one credential only: then two are lost.
        if (LeastLost == 1 && _stepsLeft >= 0)
            LeastLost = 2;
        // Few children can still be tried in every combination.
        IsCut = _lost > LeastLost && children.Length > FewChildren;
        return true;
    }

    /// <summary>Adds the children that lose least, until there are enough.</summary>
    private void Extend(ulong chosen)
    {
        var lost = 0;
        while (BitOperations.PopCount(chosen) < _target)
        {
            var (best, least) = (-1, int.MaxValue);
            for (var child = 0; child < _children; child++)
            {
                if ((chosen & (1UL << child)) == 0 && Lost(child, chosen) is var loses && loses < least)
                    (best, least) = (child, loses);
            }

            chosen |= 1UL << best;
            lost += least;
        }

        if (lost < _lost)
            (Chosen, _lost) = (chosen, lost);
    }

    /// <summary>How many credentials that the child wants the others want too.</summary>
    private int Lost(int child, ulong others)
    {
        var lost = 0;
        foreach (var clique in _cliques.AsSpan(0, _cliqueCount))
            lost += (clique & (1UL << child)) != 0 && (clique & others) != 0 ? 1 : 0;
        return lost;
    }

    /// <summary>Other packings as large, until one can be extended by children that lose one credential each: less is not possible.</summary>
    private void Complete(ulong open, ulong picked)
    {
        var size = BitOperations.PopCount(picked);
        if (size == _most)
        {
            Extend(picked);
            return;
        }

        if (_lost == _target - _most || open == 0 || size + Cover(open, _most - size) < _most || --_stepsLeft < 0)
            return;
        var pivot = Pivot(open);
        var branches = (_conflicts[pivot] & open) | (1UL << pivot);
        for (; branches != 0 && _lost > _target - _most; branches &= branches - 1)
        {
            var branch = BitOperations.TrailingZeroCount(branches);
            Complete(open & ~_conflicts[branch] & ~(1UL << branch), picked | (1UL << branch));
            open &= ~(1UL << branch);
        }
    }

    /// <summary>Two children are in conflict when both must use the same credential of a domain that uses it once.</summary>
    private bool FindConflicts(ReadOnlySpan<int> children)
    {
        var tokens = _program.Uses.Length * _instance.Count;
        Clear(ref _wanted, tokens);
        for (var child = 0; child < children.Length; child++)
            Collect(children[child], child);
        Room(ref _cliques, tokens);
        Room(ref _order, tokens);
        _cliqueCount = 0;
        _conflicts.AsSpan().Clear();
        for (var token = 0; token < tokens; token++)
        {
            var clique = _wanted[token];
            if ((clique & (clique - 1)) == 0)
                continue;
            Insert(clique);
            for (var left = clique; left != 0; left &= left - 1)
                _conflicts[BitOperations.TrailingZeroCount(left)] |= clique;
        }

        for (var child = 0; child < children.Length; child++)
            _conflicts[child] &= ~(1UL << child);
        return _cliqueCount > 0;
    }

    /// <summary>The largest cliques first.</summary>
    private void Insert(ulong clique)
    {
        var at = _cliqueCount++;
        for (; at > 0 && BitOperations.PopCount(_cliques[at - 1]) < BitOperations.PopCount(clique); at--)
            _cliques[at] = _cliques[at - 1];
        _cliques[at] = clique;
    }

    /// <summary>What the child cannot do without: all that is eligible for a leaf that asks for no less.</summary>
    private void Collect(int top, int child)
    {
        _stack.Count = 0;
        _stack.Add(top);
        while (_stack.Count > 0)
        {
            var node = _stack.RemoveLast();
            if (_program.LeafOf[node] is >= 0 and var leaf)
            {
                var domain = _program.Leaves.Domain[leaf];
                if (domain < 0 || _program.Uses[domain] > 1 || _instance.Demand(leaf) > 0 || _instance.EligibleCount(leaf) > _program.Leaves.Count[leaf])
                    continue;
                for (var word = 0; word < _instance.Words; word++)
                {
                    for (var left = _instance.Eligible(leaf, word); left != 0; left &= left - 1)
                        _wanted[(domain * _instance.Count) + (word << 6) + BitOperations.TrailingZeroCount(left)] |= 1UL << child;
                }
            }
            else if (_program.Kind[node] == NodeKind.Tally || _program.Required[node] >= _program.ChildrenOf(node).Length)
            {
                foreach (var next in _program.ChildrenOf(node))
                    _stack.Add(next);
            }
        }
    }

    private bool AsksForNoCredits(int top)
    {
        _stack.Count = 0;
        _stack.Add(top);
        while (_stack.Count > 0)
        {
            var node = _stack.RemoveLast();
            if (_program.Kind[node] == NodeKind.Tally || (_program.LeafOf[node] is >= 0 and var leaf && _instance.Demand(leaf) > 0))
                return false;
            foreach (var child in _program.ChildrenOf(node))
                _stack.Add(child);
        }

        return true;
    }

    private void Explore(ulong open, ulong picked)
    {
        // Who is in conflict with at most one other is always worth picking.
        while (FindEasy(open) is >= 0 and var easy)
        {
            picked |= 1UL << easy;
            open &= ~(_conflicts[easy] | (1UL << easy));
        }

        var size = BitOperations.PopCount(picked);
        if (size > _most)
        {
            _most = Math.Min(size, _target);
            while (size > _target)
            {
                picked &= picked - 1;
                size--;
            }

            Best = picked;
        }

        if (_most == _target || open == 0 || size + Cover(open, _most - size + 1) <= _most || !_budget.Spend(refining: false))
            return;
        var pivot = Pivot(open);
        // In a largest packing there is the pivot, or one that conflicts with it.
        var branches = (_conflicts[pivot] & open) | (1UL << pivot);
        Explore(open & ~_conflicts[pivot] & ~(1UL << pivot), picked | (1UL << pivot));
        open &= ~(1UL << pivot);
        for (branches &= ~(1UL << pivot); branches != 0 && _most < _target && !_budget.IsSpent; branches &= branches - 1)
        {
            var branch = BitOperations.TrailingZeroCount(branches);
            Explore(open & ~_conflicts[branch] & ~(1UL << branch), picked | (1UL << branch));
            open &= ~(1UL << branch);
        }
    }

    private int FindEasy(ulong open)
    {
        for (var left = open; left != 0; left &= left - 1)
        {
            var child = BitOperations.TrailingZeroCount(left);
            var conflicts = _conflicts[child] & open;
            if ((conflicts & (conflicts - 1)) == 0)
                return child;
        }

        return -1;
    }

    private int Pivot(ulong open)
    {
        var (pivot, least) = (-1, int.MaxValue);
        for (var left = open; left != 0; left &= left - 1)
        {
            var child = BitOperations.TrailingZeroCount(left);
            if (BitOperations.PopCount(_conflicts[child] & open) is var degree && degree < least)
                (pivot, least) = (child, degree);
        }

        return pivot;
    }

    /// <summary>So many cliques cover all that is open; from <paramref name="enough"/> on it does not matter how many.</summary>
    private int Cover(ulong open, int enough)
    {
        var cover = 0;
        for (var clique = 0; clique < _cliqueCount && open != 0; clique++)
        {
            if ((open & _cliques[clique]) == 0)
                continue;
            open &= ~_cliques[clique];
            if (++cover >= enough)
                return cover;
        }

        return cover + BitOperations.PopCount(open);
    }
}
