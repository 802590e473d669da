using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What is to be matched: leaves with what they may use, the sinks they serve, and in which order these are filled.</summary>
internal sealed partial class Matching
{
    /// <param name="usable">By leaf, which credentials may be used; empty for all that are eligible.</param>
    public void Build(Instance instance, ReadOnlySpan<int> leaves, ReadOnlySpan<int> groups, ReadOnlySpan<ulong> usable = default)
    {
        (_instance, _program) = (instance, instance.FlatGraph);
        Fill(ref _layerOfDomain, _program.Uses.Length, -1);
        (_count, _sinks, _layers) = (0, 0, 0);
        HasUnequalWeights = false;
        var total = leaves.Length;
        foreach (var group in groups)
            total += _program.ChildrenOf(group).Length;
        Reserve(total, leaves.Length + groups.Length);
        foreach (var leaf in leaves)
        {
            if (_program.Leaves.Count[leaf] == 0)
                continue;
            AddSink(_program.Leaves.Node[leaf], _program.Leaves.Count[leaf], _program.Leaves.Weight[leaf]);
            AddLeaf(leaf, usable);
        }

        foreach (var group in groups)
        {
            AddSink(group, _program.Required[group], _program.Leaves.Weight[_program.LeafOf[_program.ChildrenOf(group)[0]]]);
            foreach (var child in _program.ChildrenOf(group))
                AddLeaf(_program.LeafOf[child], usable);
        }

        _sinkStart[_sinks] = _count;
        OrderSinks();
    }

    private void Reserve(int leaves, int sinks)
    {
        Room(ref _leaf, leaves);
        Room(ref _sinkOf, leaves);
        Room(ref _capacity, leaves);
        Room(ref _firstLayer, leaves);
        Room(ref _layerCount, leaves);
        Room(ref _mask, leaves * _instance.Words);
        Room(ref _sinkNode, sinks);
        Room(ref _need, sinks);
        Room(ref _weight, sinks);
        Room(ref _sinkStart, sinks + 1);
    }

    private void AddSink(int node, int need, int weight)
    {
        (_sinkNode[_sinks], _need[_sinks], _weight[_sinks], _sinkStart[_sinks]) = (node, need, weight, _count);
        HasUnequalWeights |= weight != _weight[0];
        _sinks++;
    }

    private void AddLeaf(int leaf, ReadOnlySpan<ulong> usable)
    {
        var domain = _program.Leaves.Domain[leaf];
        (_leaf[_count], _sinkOf[_count], _capacity[_count]) = (leaf, _sinks - 1, _program.Leaves.Count[leaf]);
        if (domain < 0)
        {
            // It competes with nothing, itself included.
            (_firstLayer[_count], _layerCount[_count]) = (_layers++, 1);
        }
        else
        {
            // As many as its own domain has: one that it is merged with may use credentials more often.
            var layers = LayersOf(domain);
            domain = _isMerged ? _groupOf[domain] : domain;
            if (_layerOfDomain[domain] < 0)
            {
                _layerOfDomain[domain] = _layers;
                _layers += layers;
            }

            (_firstLayer[_count], _layerCount[_count]) = (_layerOfDomain[domain], layers);
        }

        for (var word = 0; word < _instance.Words; word++)
        {
            var mask = _instance.Eligible(leaf, word);
            _mask[(_count * _instance.Words) + word] = usable.IsEmpty ? mask : mask & usable[(leaf * _instance.Words) + word];
        }

        _count++;
    }

    /// <summary>A credential that a domain uses n times is n tokens.</summary>
    private int LayersOf(int domain) => Math.Min(_program.Uses[domain], _program.DomainLeaves[domain].Length);

    /// <summary>Heaviest first; of equal weight, those with the fewest candidates, which spares most detours.</summary>
    private void OrderSinks()
    {
        Room(ref _sinkOrder, _sinks);
        Clear(ref _buckets, 66);
        Room(ref _candidates, _sinks);
        for (var sink = 0; sink < _sinks; sink++)
            _buckets[(_candidates[sink] = Candidates(sink)) + 1]++;
        for (var bucket = 1; bucket < 66; bucket++)
            _buckets[bucket] += _buckets[bucket - 1];
        for (var sink = 0; sink < _sinks; sink++)
            _sinkOrder[_buckets[_candidates[sink]]++] = sink;
        if (!HasUnequalWeights)
            return;
        for (var index = 1; index < _sinks; index++)
        {
            var sink = _sinkOrder[index];
            var at = index;
            for (; at > 0 && _weight[_sinkOrder[at - 1]] < _weight[sink]; at--)
                _sinkOrder[at] = _sinkOrder[at - 1];
            _sinkOrder[at] = sink;
        }
    }

    private int Candidates(int sink)
    {
        var count = 0;
        var end = _sinkStart[sink + 1] * _instance.Words;
        for (var word = _sinkStart[sink] * _instance.Words; word < end && count < 64; word++)
            count += BitOperations.PopCount(_mask[word]);
        return Math.Min(count, 64);
    }

    private void Reset()
    {
        var words = _instance.Words;
        Clear(ref _mine, _count * words);
        Clear(ref _fill, _count);
        Clear(ref _seen, _count);
        Room(ref _previous, _count);
        Room(ref _previousToken, _count);
        Room(ref _queue, _count);
        Clear(ref _filled, _sinks);
        Clear(ref _sinkSeen, _sinks);
        Fill(ref _free, _layers * words, ulong.MaxValue);
        Room(ref _seenTokens, _layers * words);
        Fill(ref _holder, _layers * _instance.Count, -1);
        _search = 0;
    }
}
