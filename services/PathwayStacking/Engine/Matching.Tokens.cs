using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What others take from a matching and give back, and the best liked of all fullest matchings.</summary>
internal sealed partial class Matching
{
    private long[] _distance = [];
    private int[] _cameFrom = [];
    private int[] _cameBy = [];
    private int[] _order = [];
    private int[] _saved = [];
    private ulong[] _savedBits = [];

    private int SavedInts => (_layers * _instance.Count) + _count + _sinks;

    private int SavedWords => (_layers + _count) * _instance.Words;

    /// <summary>Whether some leaf here could use it.</summary>
    public bool Wants(int domain, int credential)
    {
        if (domain < 0 || _layerOfDomain[domain] < 0)
            return false;
        for (var local = 0; local < _count; local++)
        {
            if (_program.Leaves.Domain[_leaf[local]] == domain && (_mask[(local * _instance.Words) + (credential >> 6)] & (1UL << credential)) != 0)
                return true;
        }

        return false;
    }

    public bool Holds(int domain, int credential)
        => domain >= 0 && _layerOfDomain[domain] >= 0 && _holder[(_layerOfDomain[domain] * _instance.Count) + credential] >= 0;

    public void Save(int slot)
    {
        var (ints, words) = (SavedInts, SavedWords);
        if (_saved.Length < (slot + 1) * ints)
            Array.Resize(ref _saved, (slot + 8) * ints * 2);
        if (_savedBits.Length < (slot + 1) * words)
            Array.Resize(ref _savedBits, (slot + 8) * words * 2);
        var saved = _saved.AsSpan(slot * ints, ints);
        _holder.AsSpan(0, _layers * _instance.Count).CopyTo(saved);
        _fill.AsSpan(0, _count).CopyTo(saved[(_layers * _instance.Count)..]);
        _filled.AsSpan(0, _sinks).CopyTo(saved[((_layers * _instance.Count) + _count)..]);
        var bits = _savedBits.AsSpan(slot * words, words);
        _free.AsSpan(0, _layers * _instance.Words).CopyTo(bits);
        _mine.AsSpan(0, _count * _instance.Words).CopyTo(bits[(_layers * _instance.Words)..]);
    }

    public void Restore(int slot)
    {
        var (ints, words) = (SavedInts, SavedWords);
        var saved = _saved.AsSpan(slot * ints, ints);
        saved[..(_layers * _instance.Count)].CopyTo(_holder);
        saved.Slice(_layers * _instance.Count, _count).CopyTo(_fill);
        saved.Slice((_layers * _instance.Count) + _count, _sinks).CopyTo(_filled);
        var bits = _savedBits.AsSpan(slot * words, words);
        bits[..(_layers * _instance.Words)].CopyTo(_free);
        bits.Slice(_layers * _instance.Words, _count * _instance.Words).CopyTo(_mine);
    }

    /// <summary>One of the credential's tokens is used elsewhere. Who held it looks for another; the matching stays the fullest there is.</summary>
    public void Block(int domain, int credential)
    {
        var first = _layerOfDomain[domain];
        var layers = LayersOf(domain);
        for (var layer = first; layer < first + layers; layer++)
        {
            if (_holder[(layer * _instance.Count) + credential] != -1)
                continue;
            SetBlocked(layer, credential);
            return;
        }

        for (var layer = first; layer < first + layers; layer++)
        {
            var token = (layer * _instance.Count) + credential;
            if (_holder[token] < 0)
                continue;
            var local = _holder[token];
            Drop(local, token);
            SetBlocked(layer, credential);
            _fill[local]--;
            _filled[_sinkOf[local]]--;
            if (HasUnequalWeights)
                Refill();
            else
                _ = Augment(_sinkOf[local]);
            return;
        }
    }

    private void SetBlocked(int layer, int credential)
    {
        _holder[(layer * _instance.Count) + credential] = -2;
        _free[(layer * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
    }

    private void Refill()
    {
        var words = _instance.Words;
        for (var token = 0; token < _layers * _instance.Count; token++)
        {
            if (_holder[token] < 0)
                continue;
            _holder[token] = -1;
            var credential = token % _instance.Count;
            _free[(token / _instance.Count * words) + (credential >> 6)] |= 1UL << credential;
        }

        _mine.AsSpan(0, _count * words).Clear();
        _fill.AsSpan(0, _count).Clear();
        _filled.AsSpan(0, _sinks).Clear();
        FillAll();
    }

    private long Price(int local, int credential)
        => (_instance.IsDoubtful(_leaf[local], credential) ? Cost.OneUse : 0) + _instance.TasteOf(_leaf[local], credential);

    /// <summary>
    /// As long as leaves can pass tokens around (or exchange one for a free one, or a need for a sibling's) for less, they do: when they cannot, no
    /// matching as full is liked better (no negative cycle). Nodes are the leaves, the sinks, what is missing of each weight, and "free".
    /// </summary>
    private void Polish()
    {
        var nodes = _count + _sinks + _sinks + 1;
        Room(ref _cameFrom, nodes);
        Room(ref _cameBy, nodes);
        Room(ref _order, nodes + 1);
        while (FindCycle(nodes) is >= 0 and var start)
            Turn(start);
    }

    /// <summary>A node on a negative cycle, or -1 (Bellman and Ford, all distances 0 at first).</summary>
    private int FindCycle(int nodes)
    {
        Clear(ref _distance, nodes);
        Fill(ref _cameFrom, nodes, -1);
        var last = -1;
        for (var round = 0; round <= nodes; round++)
        {
            last = -1;
            for (var local = 0; local < _count; local++)
                RelaxLeaf(local, nodes - 1, ref last);
            for (var sink = 0; sink < _sinks; sink++)
                RelaxSink(sink, ref last);
            RelaxFree(nodes - 1, ref last);
            if (last < 0)
                return -1;
        }

        for (var step = 0; step < nodes; step++)
            last = _cameFrom[last];
        return last;
    }

    /// <summary>The leaf wants a token: from its holder, or a free one.</summary>
    private void RelaxLeaf(int local, int free, ref int last)
    {
        var words = _instance.Words;
        for (var layer = _firstLayer[local]; layer < _firstLayer[local] + _layerCount[local]; layer++)
        {
            for (var word = 0; word < words; word++)
            {
                for (var left = _mask[(local * words) + word] & ~_mine[(local * words) + word]; left != 0; left &= left - 1)
                {
                    var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                    var token = (layer * _instance.Count) + credential;
                    var holder = _holder[token];
                    if (holder == -2)
                        continue;
                    var price = Price(local, credential) - (holder >= 0 ? Price(holder, credential) : 0);
                    Relax(local, holder >= 0 ? holder : free, price, token, ref last);
                }
            }
        }

        if (_fill[local] > 0)
            Relax(local, _count + _sinkOf[local], 0, -1, ref last);
    }

    /// <summary>What a sink lacks another leaf of it may fill, or it stays lacking in place of a sink of the same weight.</summary>
    private void RelaxSink(int sink, ref int last)
    {
        for (var local = _sinkStart[sink]; local < _sinkStart[sink + 1]; local++)
        {
            if (_fill[local] < _capacity[local])
                Relax(_count + sink, local, 0, -1, ref last);
        }

        var lacking = _count + _sinks;
        for (var other = 0; other < _sinks && _weight[other] != _weight[sink]; other++)
            lacking++;
        Relax(_count + sink, lacking, 0, -1, ref last);
        if (_filled[sink] < _need[sink])
            Relax(lacking, _count + sink, 0, -1, ref last);
    }

    /// <summary>A token that is held becomes free.</summary>
    private void RelaxFree(int free, ref int last)
    {
        for (var token = 0; token < _layers * _instance.Count; token++)
        {
            if (_holder[token] >= 0)
                Relax(free, _holder[token], -Price(_holder[token], token % _instance.Count), token, ref last);
        }
    }

    private void Relax(int from, int to, long price, int token, ref int last)
    {
        if (_distance[from] + price >= _distance[to])
            return;
        (_distance[to], _cameFrom[to], _cameBy[to], last) = (_distance[from] + price, from, token, to);
    }

    private void Turn(int start)
    {
        var length = 0;
        for (var node = start; length == 0 || node != start; node = _cameFrom[node])
            _order[length++] = node;
        // First all give up, then all take: a token changes hands once.
        for (var index = 0; index < length; index++)
        {
            var (to, token) = (_order[index], _cameBy[_order[index]]);
            if (token >= 0 && to < _count)
                Drop(to, token);
        }

        for (var index = 0; index < length; index++)
        {
            var (to, from, token) = (_order[index], _cameFrom[_order[index]], _cameBy[_order[index]]);
            if (token < 0)
            {
                if (from < _count)
                    Change(from, -1);
                else if (to < _count)
                    Change(to, +1);
            }
            else if (from < _count)
            {
                Hold(from, token);
            }
            else
            {
                _holder[token] = -1;
                var credential = token % _instance.Count;
                _free[(token / _instance.Count * _instance.Words) + (credential >> 6)] |= 1UL << credential;
            }
        }
    }

    private void Change(int local, int by)
    {
        _fill[local] += by;
        _filled[_sinkOf[local]] += by;
    }
}
