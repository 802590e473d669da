using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Whether the way that nodes would go if they had all credentials for themselves can be gone together: no credential too often in a domain, no
/// tally worse than hoped, no cap exceeded. Then there is nothing to search: it is the best way, because none can be better.
/// </summary>
internal sealed class Legality
{
    private Solver _solver = null!;
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private ulong[] _used = [];
    private int[] _layerOf = [];
    private int _layers;
    private int[] _visit = [];
    private int _round;
    private IntList _stack = new();
    private IntList _tallies = new();

    public bool CanGoTogether(Solver solver, ReadOnlySpan<int> parts)
    {
        (_solver, _instance, _program) = (solver, solver.Instance, solver.FlatGraph);
        Start();
        foreach (var part in parts)
        {
            if (!IsLegalBelow(part))
                return false;
        }

        for (var index = 0; index < _tallies.Count; index++)
        {
            if (!Reaches(_tallies[index]))
                return false;
        }

        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            if (!IsWithin(cap))
                return false;
        }

        return true;
    }

    private void Start()
    {
        Room(ref _layerOf, _program.Uses.Length + 1);
        _layers = 0;
        for (var domain = 0; domain < _program.Uses.Length; domain++)
        {
            _layerOf[domain] = _layers;
            _layers += Math.Min(_program.Uses[domain], _program.DomainLeaves[domain].Length);
        }

        _layerOf[_program.Uses.Length] = _layers;
        Clear(ref _used, _layers * _instance.Words);
        if (_visit.Length < _program.LeafCount || _round == int.MaxValue)
        {
            _visit = new int[_program.LeafCount * 2];
            _round = 0;
        }

        _round++;
        _stack.Count = _tallies.Count = 0;
    }

    private bool IsLegalBelow(int part)
    {
        _stack.Add(part);
        while (_stack.Count > 0)
        {
            var node = _stack.RemoveLast();
            // What competes with nothing outside it is settled already.
            if (!_solver.IsOpen(node) && node != part)
                continue;
            if (_program.LeafOf[node] is >= 0 and var leaf)
            {
                _visit[leaf] = _round;
                if (_program.Leaves.Domain[leaf] is >= 0 and var domain && !Use(domain, _solver.Taken(leaf)))
                    return false;
                continue;
            }

            if (_program.Kind[node] == NodeKind.Tally)
                _tallies.Add(node);
            var (start, end) = (_program.ChildStart[node], _program.ChildStart[node + 1]);
            for (var edge = start; edge < end; edge++)
            {
                if (_solver.IsSelected(edge))
                    _stack.Add(_program.Child[edge]);
            }
        }

        return true;
    }

    private bool Use(int domain, ReadOnlySpan<ulong> taken)
    {
        for (var word = 0; word < taken.Length; word++)
        {
            var carry = taken[word];
            for (var layer = _layerOf[domain]; layer < _layerOf[domain + 1] && carry != 0; layer++)
            {
                ref var used = ref _used[(layer * taken.Length) + word];
                (used, carry) = (used | carry, used & carry);
            }

            if (carry != 0)
                return false;
        }

        return true;
    }

    /// <summary>Whether no more is missing of the tallies at a node than was hoped.</summary>
    private bool Reaches(int node)
    {
        var hoped = _solver.Best(node).Missing - _solver.Best(_program.ChildrenOf(node)[0]).Missing;
        foreach (var tally in _program.TalliesOf[node])
        {
            var sum = 0L;
            for (var word = 0; word < _instance.Words; word++)
            {
                var union = 0UL;
                foreach (var leaf in _program.Tallies[tally].Leaves)
                    union |= _visit[leaf] == _round ? _solver.Taken(leaf)[word] : 0;
                for (; union != 0; union &= union - 1)
                    sum += _instance.TallyValue(tally, (word << 6) + BitOperations.TrailingZeroCount(union));
            }

            var missing = _instance.TallyMissing(tally, sum);
            if (missing < 0)
                return false;
            hoped -= missing;
        }

        return hoped >= 0;
    }

    private bool IsWithin(int cap)
    {
        var rule = _program.Caps[cap];
        var (count, credits) = (0, 0L);
        for (var word = 0; word < _instance.Words; word++)
        {
            var shared = _used[(_layerOf[rule.Left] * _instance.Words) + word] & _used[(_layerOf[rule.Right] * _instance.Words) + word];
            for (; shared != 0; shared &= shared - 1)
                (count, credits) = (count + 1, credits + _instance.SharedCredits((word << 6) + BitOperations.TrailingZeroCount(shared)));
        }

        return count <= _instance.CapCount(cap) && credits <= _instance.CapCredits(cap);
    }
}
