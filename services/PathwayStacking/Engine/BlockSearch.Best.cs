using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>The best way found so far, and how it becomes the solver's.</summary>
internal sealed partial class BlockSearch
{
    /// <summary>The token search has found a cheaper way.</summary>
    internal void Improve(Cost cost, Matching flow, bool withTokens)
    {
        _best = cost;
        _bestPicked.Count = _bestLeaves.Count = 0;
        foreach (var edge in _picked.Items)
            _bestPicked.Add(edge);
        var words = _instance.Words;
        Room(ref _bestTaken, (_leaves.Count + flow.Leaves) * words);
        for (var hard = 0; withTokens && hard < _leaves.Count; hard++)
            Keep(_leaves[hard], _tokens.TakenBy(hard));
        for (var local = 0; local < flow.Leaves; local++)
            Keep(flow.LeafAt(local), flow.Mine(local));
        for (var sink = 0; sink < flow.SinkCount; sink++)
            KeepGroup(flow, sink);
    }

    private void Keep(int leaf, ReadOnlySpan<ulong> taken)
    {
        taken.CopyTo(_bestTaken.AsSpan(_bestLeaves.Count * _instance.Words));
        _bestLeaves.Add(leaf);
    }

    /// <summary>Of a group the leaves that are filled, and as many more as it still needs.</summary>
    private void KeepGroup(Matching flow, int sink)
    {
        var node = flow.SinkNode(sink);
        if (_program.Kind[node] != NodeKind.SomeOf)
            return;
        var (start, end) = flow.LeavesOf(sink);
        var needed = flow.NeedOf(sink);
        for (var pass = 1; pass >= 0; pass--)
        {
            for (var local = start; local < end && needed > 0; local++)
            {
                if (flow.FillOf(local) != pass)
                    continue;
                _bestPicked.Add(_program.ChildStart[node] + local - start);
                needed--;
            }
        }
    }

    private void Settle()
    {
        for (var index = 0; index < _bestPicked.Count; index++)
            _solver.SelectedEdges(_program.EdgeNode[_bestPicked[index]]).Clear();
        for (var index = 0; index < _bestPicked.Count; index++)
            _solver.Select(_bestPicked[index]);
        for (var index = 0; index < _bestLeaves.Count; index++)
            _bestTaken.AsSpan(index * _instance.Words, _instance.Words).CopyTo(_solver.Taken(_bestLeaves[index]));
        foreach (var leaf in _simple.Items)
        {
            if (_program.Leaves.Count[leaf] == 0)
                _solver.Taken(leaf).Clear();
        }
    }
}
