using System.Runtime.InteropServices;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Branch and bound over the choices ("some of") of a block. What must hold whatever is chosen is collected first; each complete
/// choice is then assigned credentials. A branch is left when what it must cost at least is no better than the best found.
/// </summary>
internal sealed partial class BlockSearch
{
    private readonly Matching _flow = new();
    private readonly Matching _floorFlow = new();
    private readonly TokenSearch _tokens = new();
    private readonly Auction _auction = new();
    private IntList _leaves = new();
    private IntList _simple = new();
    private IntList _groups = new();
    private IntList _tallies = new();
    private IntList _choices = new();
    private IntList _picked = new();
    private IntList _ranked = new();
    private IntList _toAdd = new();
    private IntList _bestPicked = new();
    private IntList _bestLeaves = new();
    private ulong[] _bestTaken = [];
    private Solver _solver = null!;
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private Budget _budget = null!;
    private Cost _fixed;
    private Cost _open;
    private Cost _best;
    private Cost _floor;
    private bool _isPart;
    private bool _isCut;
    private bool _isSettled;
    private bool _canBeAuctioned;

    /// <summary>A short search is quicker than an auction. Tests have all auctioned at once.</summary>
    public int StepsBeforeAuction { get; set; } = 60;

    public int Auctions => _auction.Held;

    /// <summary>The least cost of satisfying all parts together; their selections and uses become the solver's.</summary>
    public Cost Run(Solver solver, ReadOnlySpan<int> parts, Budget budget)
    {
        (_solver, _instance, _program, _budget) = (solver, solver.Instance, solver.FlatGraph, budget);
        _leaves.Count = _simple.Count = _groups.Count = _tallies.Count = _choices.Count = _picked.Count = _ranked.Count = _toAdd.Count = 0;
        (_fixed, _open, _best, _isCut) = (default, default, Cost.Worst, false);
        foreach (var part in parts)
        {
            _isPart = true;
            Add(part);
        }

        _floor = _fixed + _open;
        (_isSettled, _canBeAuctioned) = (false, true);
        Pack(parts);
        Search(parts);
        if (!_isSettled)
            Settle();
        return _best;
    }

    /// <summary>What takes long is better auctioned, where it can be.</summary>
    private void Search(ReadOnlySpan<int> parts)
    {
        if (_isSettled)
            return;
        if (_canBeAuctioned)
        {
            _budget.PauseAfter(StepsBeforeAuction);
            Explore();
            if (!_budget.Resume())
                return;
            if (_best.Missing > _floor.Missing && _auction.Run(_solver, parts, _best, _budget))
            {
                Settle();
                if (_auction.HasFound)
                {
                    _auction.Settle();
                    _best = _auction.Best;
                }

                _isSettled = true;
                return;
            }

            _canBeAuctioned = false;
        }

        Explore();
    }

    private void Explore()
    {
        if (_best == _floor || _fixed + _open >= _best || MustStop())
            return;
        if (_choices.Count == 0)
        {
            Assign();
            return;
        }

        if (_best != Cost.Worst && _best.Missing > _floor.Missing && AssignmentFloor() >= _best)
            return;
        var choice = _choices.RemoveLast();
        var before = _open;
        _open -= _solver.Best(choice);
        var children = _program.ChildrenOf(choice);
        var start = _ranked.Count;
        foreach (var child in children)
            _ranked.Add(child);
        _solver.Rank(children, _ranked.Writable[start..]);
        Pick(choice, start, from: 0, children.Length, _program.Required[choice]);
        _ranked.Count = start;
        _open = before;
        _choices.Add(choice);
    }

    /// <summary>The first way is always found.</summary>
    private bool MustStop()
    {
        if (!_isCut)
            return !_budget.Spend(refining: _best.Missing == _floor.Missing) && _best != Cost.Worst;
        if (_best != Cost.Worst)
            _budget.Blur();
        return _best != Cost.Worst;
    }

    private Cost BestOf(int choice, int start, int rank) => _solver.Best(_program.ChildrenOf(choice)[_ranked[start + rank]]);

    private void Pick(int choice, int start, int from, int count, int needed)
    {
        if (needed <= 0)
        {
            Explore();
            // More than needed only helps where something above looks at all that is used.
            if (!_program.MoreHelps[choice])
                return;
        }

        var least = new Cost(0, 0, 0);
        for (var next = from; next < from + needed; next++)
            least += BestOf(choice, start, next);
        for (var index = from; index + Math.Max(needed, 1) <= count; index++)
        {
            if (_best == _floor || _fixed + _open + least >= _best || MustStop())
                return;
            if (needed > 0 && index + needed < count)
                least = least - BestOf(choice, start, index) + BestOf(choice, start, index + needed);
            var mark = new Mark(_leaves.Count, _simple.Count, _groups.Count, _tallies.Count, _choices.Count, _picked.Count, _fixed, _open);
            var edge = _program.ChildStart[choice] + _ranked[start + index];
            _picked.Add(edge);
            Add(_program.Child[edge]);
            Pick(choice, start, index + 1, count, needed - 1);
            Undo(mark);
        }
    }

    /// <summary>Takes on a node that must hold: what follows from it without choice is taken on too.</summary>
    private void Add(int top)
    {
        var mark = _toAdd.Count;
        _toAdd.Add(top);
        while (_toAdd.Count > mark)
        {
            var node = _toAdd.RemoveLast();
            if (!_solver.IsOpen(node) && !_isPart)
            {
                _fixed += _solver.Best(node);
                continue;
            }

            _isPart = false;
            var children = _program.ChildrenOf(node);
            switch (_program.Kind[node])
            {
                case NodeKind.Leaf:
                    var leaf = _program.LeafOf[node];
                    (_program.Leaves.IsSimple[leaf] ? ref _simple : ref _leaves).Add(leaf);
                    _open += _solver.Best(node);
                    break;
                case NodeKind.Tally:
                    foreach (var tally in _program.TalliesOf[node])
                        _tallies.Add(tally);
                    _open += new Cost(_solver.Best(node).Missing - _solver.Best(children[0]).Missing, 0, 0);
                    _toAdd.Add(children[0]);
                    break;
                case NodeKind.SomeOf when _program.Required[node] >= children.Length:
                    _fixed += new Cost((_program.Required[node] - children.Length) * _instance.Scale, 0, 0);
                    for (var child = children.Length - 1; child >= 0; child--)
                        _toAdd.Add(children[child]);
                    break;
                case NodeKind.SomeOf when _program.IsPlainGroup[node]:
                    _groups.Add(node);
                    _open += _solver.Best(node);
                    break;
                case NodeKind.SomeOf:
                    _choices.Add(node);
                    _open += _solver.Best(node);
                    break;
                default:
                    _fixed += _solver.Best(node);
                    break;
            }
        }
    }

    /// <summary>What the simple leaves and groups taken on so far cost at least when credentials are matched, with all else at its own least.</summary>
    private Cost AssignmentFloor()
    {
        var known = new Cost(0, 0, 0);
        foreach (var leaf in _simple.Items)
            known += _solver.Best(_program.Leaves.Node[leaf]);
        foreach (var group in _groups.Items)
            known += _solver.Best(group);
        _floorFlow.Build(_instance, _simple.Items, _groups.Items);
        _floorFlow.Run();
        var matched = _floorFlow.Missing();
        var floor = _fixed + _open;
        return matched > known.Missing ? new(floor.Missing + matched - known.Missing, 0, Math.Max(0, floor.Rest - Saved(matched - known.Missing))) : floor;
    }

    /// <summary>More missing may go with fewer uses: one for each credential that is missing, with what it weighs beyond being one.</summary>
    private long Saved(long missing) => Math.Min(Cost.Most / Cost.OneUse / 4, missing / _instance.Scale) * (_instance.HasTastes ? 2 * Cost.OneUse : Cost.OneUse);

    private void Assign()
    {
        _flow.Build(_instance, _simple.Items, _groups.Items);
        if (_leaves.Count == 0 && _tallies.Count == 0)
        {
            var cost = _fixed + _flow.Run();
            if (cost < _best)
                Improve(cost, _flow, withTokens: false);
            return;
        }

        if (HopeIsEnough())
            return;
        _tokens.Run(this, _solver, _leaves.Items, _tallies.Items, _flow, _fixed, _best, _floor.Missing, _budget);
    }

    private void Undo(Mark mark)
    {
        (_leaves.Count, _simple.Count, _groups.Count) = (mark.Leaves, mark.Simple, mark.Groups);
        (_tallies.Count, _choices.Count, _picked.Count) = (mark.Tallies, mark.Choices, mark.Picked);
        (_fixed, _open) = (mark.Fixed, mark.Open);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Mark(int Leaves, int Simple, int Groups, int Tallies, int Choices, int Picked, Cost Fixed, Cost Open);
}
