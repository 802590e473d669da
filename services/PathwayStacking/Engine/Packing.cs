using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Which children of a choice get most of what they want together, where each wants certain credentials that others want too: set packing.
/// </summary>
internal sealed class Packing
{
    private const int FewChildren = 16;

    private readonly SetPacking _sets = new();
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private ulong[] _wanted = [];
    private IntList _stack = new();

    /// <summary>No leaf of the children asks for credits.</summary>
    public bool CountsOnly { get; private set; }

    /// <summary>Perhaps less is lost by another choice, and searching all of them would be in vain.</summary>
    public bool IsCut { get; private set; }

    /// <summary>So many credentials are missing at least, whatever is chosen.</summary>
    public int LeastLost => _sets.LeastLost;

    /// <summary>As many children as are required.</summary>
    public ulong Chosen => _sets.Chosen;

    /// <summary>False when there are too many children, they cost unequally, or nothing tells which of them are in conflict.</summary>
    public bool Find(Solver solver, int choice, Budget budget)
    {
        (_instance, _program) = (solver.Instance, solver.FlatGraph);
        var children = _program.ChildrenOf(choice);
        if (children.Length > SetPacking.MostSets || _program.MoreHelps[choice])
            return false;
        foreach (var child in children)
        {
            if (solver.Best(child) != solver.Best(children[0]) || _program.LeafOf[child] >= 0)
                return false;
        }

        _sets.Begin(children.Length, _program.Required[choice]);
        FindConflicts(children);
        if (!_sets.HasConflicts)
            return false;
        CountsOnly = true;
        foreach (var child in children)
            CountsOnly &= AsksForNoCredits(child);
        _sets.Solve(budget);
        // Few children can still be tried in every combination.
        IsCut = _sets.Lost > LeastLost && children.Length > FewChildren;
        return true;
    }

    /// <summary>Two children are in conflict when both must use the same credential of a domain that uses it once.</summary>
    private void FindConflicts(ReadOnlySpan<int> children)
    {
        var tokens = _program.Uses.Length * _instance.Count;
        Clear(ref _wanted, tokens);
        for (var child = 0; child < children.Length; child++)
            Collect(children[child], child);
        foreach (var wanting in _wanted.AsSpan(0, tokens))
            _sets.Add(wanting);
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
}
