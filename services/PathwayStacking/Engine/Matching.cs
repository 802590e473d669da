using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The most that can be filled of leaves that only count, and of groups of such leaves: a flow from credentials over leaves to what asks for
/// them (a sink: a leaf itself, or its group), grown by shortest augmenting paths. What weighs most is filled first, which is optimal (matroid greedy).
/// </summary>
internal sealed partial class Matching
{
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private int _count;
    private int[] _leaf = [];
    private int[] _sinkOf = [];
    private int[] _capacity = [];
    private int[] _fill = [];
    private int[] _firstLayer = [];
    private int[] _layerCount = [];
    private ulong[] _mask = [];
    private ulong[] _mine = [];
    private int _sinks;
    private int[] _sinkNode = [];
    private int[] _need = [];
    private int[] _weight = [];
    private int[] _sinkStart = [];
    private int[] _filled = [];
    private int[] _sinkOrder = [];
    private int[] _candidates = [];
    private int _layers;
    private int[] _layerOfDomain = [];
    private ulong[] _free = [];
    private int[] _holder = [];
    private ulong[] _seenTokens = [];
    private int[] _seen = [];
    private int[] _sinkSeen = [];
    private int[] _previous = [];
    private int[] _previousToken = [];
    private int[] _queue = [];
    private int[] _buckets = [];
    private int _search;
    private bool _locksShared;

    public int Leaves => _count;

    public bool HasUnequalWeights { get; private set; }

    /// <summary>What each weighs, where all weigh the same.</summary>
    public int FirstWeight => _sinks > 0 ? _weight[0] : 1;

    public Cost Run()
    {
        Reset();
        FillAll();
        return Total();
    }

    /// <summary>A sink that could be filled no further: what its last search came through is a Hall set. -1 when all are filled.</summary>
    public int FindShort()
    {
        Reset();
        for (var order = 0; order < _sinks; order++)
        {
            var sink = _sinkOrder[order];
            while (_filled[sink] < _need[sink])
            {
                if (!Augment(sink))
                    return sink;
            }
        }

        return -1;
    }

    public bool IsSeen(int local) => _seen[local] == _search;

    public int LeafAt(int local) => _leaf[local];

    public ReadOnlySpan<ulong> Mine(int local) => _mine.AsSpan(local * _instance.Words, _instance.Words);

    public int SinkCount => _sinks;

    public int SinkNode(int sink) => _sinkNode[sink];

    public (int Start, int End) LeavesOf(int sink) => (_sinkStart[sink], _sinkStart[sink + 1]);

    public int FillOf(int local) => _fill[local];

    public int NeedOf(int sink) => _need[sink];

    public Cost Total()
    {
        if (_instance.HasTastes || _instance.HasDoubts)
            Polish();
        var cost = new Cost(Missing(), 0, 0);
        for (var sink = 0; sink < _sinks; sink++)
            cost += new Cost(0, 0, _filled[sink] * Cost.OneUse);
        if (!_instance.HasTastes && !_instance.HasDoubts)
            return cost;
        for (var local = 0; local < _count; local++)
        {
            for (var word = 0; word < _instance.Words; word++)
            {
                for (var left = _mine[(local * _instance.Words) + word]; left != 0; left &= left - 1)
                    cost += _instance.UseOf(_leaf[local], (word << 6) + BitOperations.TrailingZeroCount(left)) - new Cost(0, 0, Cost.OneUse);
            }
        }

        return cost;
    }

    public long Filled()
    {
        var filled = 0L;
        for (var sink = 0; sink < _sinks; sink++)
            filled += _filled[sink];
        return filled;
    }

    public long Missing()
    {
        var missing = 0L;
        for (var sink = 0; sink < _sinks; sink++)
        {
            if (_filled[sink] < _need[sink])
                missing = Math.Min(Cost.Most, missing + Scaling.Times((_need[sink] - _filled[sink]) * _instance.Scale, _weight[sink]));
        }

        return missing;
    }

    private void FillAll()
    {
        for (var order = 0; order < _sinks; order++)
        {
            var sink = _sinkOrder[order];
            while (_filled[sink] < _need[sink] && (TakeFree(sink) || Augment(sink)))
            {
            }
        }
    }

    private bool TakeFree(int sink)
    {
        for (var local = _sinkStart[sink]; local < _sinkStart[sink + 1]; local++)
        {
            if (_fill[local] < _capacity[local] && FindFree(local) is >= 0 and var token)
            {
                Hold(local, token);
                _fill[local]++;
                _filled[sink]++;
                return true;
            }
        }

        return false;
    }

    /// <summary>A token that nobody holds: kept ones first, then certain ones; -1 when there is none.</summary>
    private int FindFree(int local)
    {
        var words = _instance.Words;
        var any = -1;
        for (var layer = _firstLayer[local]; layer < _firstLayer[local] + _layerCount[local]; layer++)
        {
            for (var word = 0; word < words; word++)
            {
                var free = _mask[(local * words) + word] & ~_mine[(local * words) + word] & _free[(layer * words) + word];
                if (free == 0)
                    continue;
                if (!_instance.HasTastes && !_instance.HasDoubts)
                    return (layer * _instance.Count) + (word << 6) + BitOperations.TrailingZeroCount(free);
                for (; free != 0; free &= free - 1)
                {
                    var credential = (word << 6) + BitOperations.TrailingZeroCount(free);
                    if (any < 0 || Price(local, credential) < Price(local, any % _instance.Count))
                        any = (layer * _instance.Count) + credential;
                }
            }
        }

        return any;
    }

    private void Hold(int local, int token)
    {
        var (layer, credential) = (token / _instance.Count, token % _instance.Count);
        _holder[token] = local;
        _free[(layer * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
        _mine[(local * _instance.Words) + (credential >> 6)] |= 1UL << credential;
    }

    private void Drop(int local, int token)
    {
        var credential = token % _instance.Count;
        _mine[(local * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
    }

    /// <summary>One more for the sink, by the shortest chain of leaves that pass on what they hold.</summary>
    private bool Augment(int sink)
    {
        var words = _instance.Words;
        _search++;
        _seenTokens.AsSpan(0, _layers * words).Clear();
        _sinkSeen[sink] = _search;
        var (head, tail) = (0, 0);
        for (var local = _sinkStart[sink]; local < _sinkStart[sink + 1]; local++)
        {
            if (_fill[local] < _capacity[local])
                Push(local, from: -1, token: -1, ref tail);
        }

        while (head < tail)
        {
            var local = _queue[head++];
            if (FindFree(local) is >= 0 and var free)
            {
                PassOn(local, free);
                return true;
            }

            for (var layer = _firstLayer[local]; layer < _firstLayer[local] + _layerCount[local]; layer++)
            {
                for (var word = 0; word < words; word++)
                {
                    var next = _mask[(local * words) + word] & ~_mine[(local * words) + word] & ~_seenTokens[(layer * words) + word];
                    _seenTokens[(layer * words) + word] |= next;
                    for (; next != 0; next &= next - 1)
                        Visit(local, (layer * _instance.Count) + (word << 6) + BitOperations.TrailingZeroCount(next), ref tail);
                }
            }
        }

        return false;
    }

    private void Visit(int local, int token, ref int tail)
    {
        var holder = _holder[token];
        if (holder < 0 || _seen[holder] == _search)
            return;
        // Who shares a credential with another programme passes it on within its own programme only.
        if (_locksShared && _isShared[token % _instance.Count] && _program.Leaves.Domain[_leaf[holder]] != _program.Leaves.Domain[_leaf[local]])
            return;
        Push(holder, local, token, ref tail);
        // It can do without, when what it serves finds another leaf.
        var sink = _sinkOf[holder];
        if (_sinkSeen[sink] == _search)
            return;
        _sinkSeen[sink] = _search;
        for (var other = _sinkStart[sink]; other < _sinkStart[sink + 1]; other++)
        {
            if (_fill[other] < _capacity[other] && _seen[other] != _search)
                Push(other, holder, token: -1, ref tail);
        }
    }

    private void Push(int local, int from, int token, ref int tail)
    {
        (_seen[local], _previous[local], _previousToken[local]) = (_search, from, token);
        _queue[tail++] = local;
    }

    private void PassOn(int local, int token)
    {
        while (true)
        {
            var (from, lost) = (_previous[local], _previousToken[local]);
            if (lost >= 0)
                Drop(local, lost);
            Hold(local, token);
            if (lost < 0)
                _fill[local]++;
            if (from < 0)
            {
                _filled[_sinkOf[local]]++;
                return;
            }

            if (lost < 0)
            {
                // The need moved here from a sibling, which gives up what was asked of it.
                _fill[from]--;
                lost = _previousToken[from];
                Drop(from, lost);
                from = _previous[from];
            }

            (local, token) = (from, lost);
        }
    }
}
