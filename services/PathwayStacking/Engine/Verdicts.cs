using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The verdict of each node: on the proposed way by what was really used, elsewhere by what the node could reach on its own.
/// </summary>
internal sealed class Verdicts
{
    private Instance _instance = null!;
    private Solver _solver = null!;
    private Solver _strict = null!;
    private FlatGraph _program = null!;
    private bool[] _chosen = [];
    private NodeOutcome[] _outcomes = [];
    private bool _isCertain;

    public ReadOnlySpan<bool> Chosen => _chosen.AsSpan(0, _program.Nodes);

    /// <summary>By canonical number.</summary>
    public ReadOnlySpan<NodeOutcome> Outcomes => _outcomes.AsSpan(0, _program.Nodes);

    public void Read(Solver solver, Solver strict)
    {
        (_instance, _solver, _strict, _program) = (solver.Instance, solver, strict, solver.FlatGraph);
        _isCertain = solver == strict;
        Clear(ref _chosen, _program.Nodes);
        Room(ref _outcomes, _program.Nodes);
        _chosen[_program.Root] = true;
        for (var node = _program.Nodes - 1; node >= 0; node--)
        {
            if (!_chosen[node])
                continue;
            for (var edge = _program.ChildStart[node]; edge < _program.ChildStart[node + 1]; edge++)
                _chosen[_program.Child[edge]] |= solver.IsSelected(edge);
        }

        for (var node = 0; node < _program.Nodes; node++)
        {
            var have = _program.LeafOf[node] is >= 0 and var leaf ? Bits.Count(solver.Taken(leaf)) : Satisfied(node);
            _outcomes[node] = new(_chosen[node] ? OnTheWay(node, have) : OnItsOwn(node), have, _chosen[node]);
        }
    }

    private int Satisfied(int node) => CountChildren(node, Verdict.Satisfied);

    private int CountChildren(int node, Verdict least)
    {
        var count = 0;
        for (var edge = _program.ChildStart[node]; edge < _program.ChildStart[node + 1]; edge++)
            count += _solver.IsSelected(edge) && _outcomes[_program.Child[edge]].Verdict >= least ? 1 : 0;
        return count;
    }

    private Verdict OnItsOwn(int node)
    {
        if (_strict.Best(node).Missing == 0)
            return Verdict.Satisfied;
        return _solver.Best(node).Missing == 0 ? Verdict.Unknown : Verdict.NotSatisfied;
    }

    private Verdict OnTheWay(int node, int have)
    {
        switch (_program.Kind[node])
        {
            case NodeKind.Leaf:
                var leaf = _program.LeafOf[node];
                if (_isCertain && _instance.Demand(leaf) == 0)
                    return Graded(have >= _program.Leaves.Count[leaf], possible: false);
                if (IsFilled(leaf, certainOnly: true))
                    return Verdict.Satisfied;
                return Graded(satisfied: false, !_isCertain && IsFilled(leaf, certainOnly: false));
            case NodeKind.SomeOf:
                return have >= _program.Required[node] ? Verdict.Satisfied : Graded(satisfied: false, CountChildren(node, Verdict.Unknown) >= _program.Required[node]);
            case NodeKind.Tally:
                var verdict = _outcomes[_program.ChildrenOf(node)[0]].Verdict;
                foreach (var tally in _program.TalliesOf[node])
                    verdict = Lesser(verdict, TallyOnTheWay(tally));
                return verdict;
            default:
                return Verdict.Unknown;
        }
    }

    private bool IsFilled(int leaf, bool certainOnly)
    {
        var (count, credits) = (0, 0L);
        var taken = _solver.Taken(leaf);
        for (var word = 0; word < taken.Length; word++)
        {
            for (var left = taken[word] & (certainOnly ? _instance.Certain(leaf)[word] : ulong.MaxValue); left != 0; left &= left - 1)
            {
                var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                (count, credits) = (count + 1, credits + (certainOnly ? _instance.CertainCredits : _instance.Credits)[credential]);
            }
        }

        return _instance.MissingOf(leaf, count, credits) == 0;
    }

    /// <summary>Certainly, when it holds in the strict reading for what is certainly used, and what is used beyond that cannot harm.</summary>
    private Verdict TallyOnTheWay(int tally)
    {
        var certain = _strict.Instance.TallyMissing(tally, SumOf(tally, _strict.Instance, certainOnly: true));
        var all = _strict.Instance.TallyMissing(tally, SumOf(tally, _strict.Instance, certainOnly: false));
        var generous = _instance.TallyMissing(tally, SumOf(tally, _instance, certainOnly: false));
        return Graded(certain == 0 && all == 0, generous == 0);
    }

    private long SumOf(int tally, Instance reading, bool certainOnly)
    {
        var sum = 0L;
        for (var word = 0; word < _instance.Words; word++)
        {
            var union = 0UL;
            foreach (var leaf in _program.Tallies[tally].Leaves)
            {
                if (_chosen[_program.Leaves.Node[leaf]])
                    union |= _solver.Taken(leaf)[word] & (certainOnly ? _instance.Certain(leaf)[word] : ulong.MaxValue);
            }

            for (; union != 0; union &= union - 1)
                sum += reading.TallyValue(tally, (word << 6) + BitOperations.TrailingZeroCount(union));
        }

        return sum;
    }

    private static Verdict Lesser(Verdict left, Verdict right) => left < right ? left : right;

    private static Verdict Graded(bool satisfied, bool possible) => satisfied ? Verdict.Satisfied : possible ? Verdict.Unknown : Verdict.NotSatisfied;
}
