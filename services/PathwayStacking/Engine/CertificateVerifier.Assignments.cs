using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Whether uses are legal, and satisfy the root on the way that the selections describe.</summary>
public sealed partial class CertificateVerifier
{
    private bool IsAssignment(Certificate certificate, bool certainOnly)
    {
        if (certificate is not { Uses: { } uses, Selected: { } selected })
            return false;
        if (!FindWay(selected))
            return false;
        Open(certainOnly);
        return AreLegal(uses, certainOnly) && AreWithinCaps(uses.Count, certainOnly) && Holds(selected, uses, certainOnly);
    }

    /// <summary>What stands on the way that the selections describe.</summary>
    private bool FindWay(IReadOnlyList<Selection> selected)
    {
        Array.Fill(_selection, -1);
        for (var index = 0; index < selected.Count; index++)
        {
            if (selected[index] is not { Node: var node, Children: not null })
                return false;
            if ((uint)node >= (uint)_nodes.Length || _nodes[node] is not SomeOf || _selection[node] >= 0)
                return false;
            _selection[node] = index;
        }

        Array.Clear(_onWay);
        _onWay[_graph.Root] = true;
        for (var node = _nodes.Length - 1; node >= 0; node--)
        {
            if (!_onWay[node] || (_nodes[node] is SomeOf && _selection[node] < 0))
                continue;
            if (_nodes[node] is Tally)
                _onWay[_graph.ChildrenOf(node)[0]] = true;
            else if (_nodes[node] is SomeOf && !Follow(node, selected[_selection[node]].Children))
                return false;
        }

        return true;
    }

    private bool Follow(int node, IReadOnlyList<int> children)
    {
        var own = _graph.ChildrenOf(node);
        var isLegal = true;
        for (var index = 0; index < children.Count && isLegal; index++)
        {
            var child = children[index];
            isLegal = own.Contains(child) && !_picked[child];
            if (isLegal)
                _picked[child] = _onWay[child] = true;
        }

        foreach (var child in own)
            _picked[child] = false;
        return isLegal;
    }

    /// <summary>Each use is of an eligible credential, at a leaf on the way, once, and no more often in a domain than it allows.</summary>
    private bool AreLegal(IReadOnlyList<Use> uses, bool certainOnly)
    {
        Array.Clear(_count);
        Array.Clear(_credits);
        if (_uses.Length < uses.Count)
            _uses = new long[uses.Count * 2];
        for (var index = 0; index < uses.Count; index++)
        {
            var (leaf, credential) = uses[index];
            if ((uint)leaf >= (uint)_nodes.Length || (uint)credential >= (uint)_credentials.Count || _nodes[leaf] is not Leaf requirement || !_onWay[leaf])
                return false;
            if (!IsUsable(leaf, credential) || ++_count[leaf] > requirement.Maximum)
                return false;
            _credits[leaf] += Whole(Worth(credential, certainOnly));
            _uses[index] = ((long)credential << 32) | (uint)leaf;
        }

        var sorted = _uses.AsSpan(0, uses.Count);
        sorted.Sort();
        for (var index = 1; index < sorted.Length; index++)
        {
            if (sorted[index] == sorted[index - 1] || TimesInDomain(sorted[..(index + 1)]) > UsesOf((int)sorted[index]))
                return false;
        }

        return true;
    }

    private int UsesOf(int leaf) => _domain[leaf] < 0 ? int.MaxValue : _domainUses[_domain[leaf]];

    /// <summary>How often the last use's credential is used in the last use's domain so far.</summary>
    private int TimesInDomain(ReadOnlySpan<long> sorted)
    {
        var last = sorted[^1];
        var times = 0;
        for (var index = sorted.Length - 1; index >= 0 && sorted[index] >> 32 == last >> 32; index--)
            times += _domain[(int)sorted[index]] == _domain[(int)last] ? 1 : 0;
        return times;
    }

    private bool AreWithinCaps(int count, bool certainOnly)
    {
        for (var cap = 0; cap < _caps.Length; cap++)
        {
            var (shared, credits) = (0, Int128.Zero);
            for (var index = 0; index < count;)
            {
                var (left, right) = (false, false);
                var credential = (int)(_uses[index] >> 32);
                for (; index < count && _uses[index] >> 32 == credential; index++)
                {
                    left |= _domain[(int)_uses[index]] == _capDomains[cap].Left;
                    right |= _domain[(int)_uses[index]] == _capDomains[cap].Right;
                }

                if (left && right)
                    (shared, credits) = (shared + 1, credits + Whole(Worth(credential, !certainOnly)));
            }

            if (shared > (_caps[cap].Count ?? int.MaxValue) || (_caps[cap].Credits is { } most && credits > Whole(most)))
                return false;
        }

        return true;
    }

    private bool Holds(IReadOnlyList<Selection> selected, IReadOnlyList<Use> uses, bool certainOnly)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _holds[node] = _onWay[node] && _nodes[node] switch
            {
                Leaf leaf => _count[node] >= leaf.Count && _credits[node] >= Whole(leaf.Credits),
                SomeOf group => group.Required <= 0 ? _selection[node] < 0 || AllHold(selected[_selection[node]].Children) : _selection[node] >= 0 && selected[_selection[node]].Children.Count >= group.Required && AllHold(selected[_selection[node]].Children),
                Tally tally => _holds[_graph.ChildrenOf(node)[0]] && IsReached(node, tally, uses, certainOnly),
                _ => !certainOnly,
            };
        }

        return _holds[_graph.Root];
    }

    private bool AllHold(IReadOnlyList<int> children)
    {
        for (var index = 0; index < children.Count; index++)
        {
            if (!_holds[children[index]])
                return false;
        }

        return true;
    }

    private bool IsReached(int node, Tally tally, IReadOnlyList<Use> uses, bool certainOnly)
    {
        if (_counted.Length < _credentials.Count)
            _counted = new bool[_credentials.Count * 2];
        Array.Clear(_counted);
        var (count, credits, weighted) = (0, Int128.Zero, Rational.Zero);
        for (var index = 0; index < uses.Count; index++)
        {
            var (leaf, credential) = uses[index];
            if (_counted[credential] || !_below[node].AsSpan().Contains(leaf) || !IsOf(tally, credential, certainOnly))
                continue;
            _counted[credential] = true;
            count++;
            // Towards a limit the careful reading takes what it is possibly worth.
            credits += Whole(Worth(credential, tally is Limit ? !certainOnly : certainOnly));
            if (tally is MinimumAverage average && _credentials[credential].Facts?.Points is { } points)
                weighted += _credentials[credential].Credits * (points - average.Points);
        }

        return tally switch
        {
            MinimumCredits minimum => credits >= Whole(minimum.Credits),
            MinimumCount minimum => count >= minimum.Count,
            MinimumAverage => weighted.Sign >= 0,
            Limit limit => count <= (limit.Count ?? int.MaxValue) && (limit.Credits is not { } most || credits <= Whole(most)),
            _ => false,
        };
    }
}
