using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Domains between which sharing is capped, matched as if they were one domain: nothing is shared at all, which is legal. Then what is still
/// missing is filled by sharing as far as the caps allow.
/// </summary>
internal sealed partial class Matching
{
    private int[] _groupOf = [];
    private int[] _extraLayer = [];
    private bool[] _isShared = [];
    private int[] _sharedCount = [];
    private long[] _sharedCredits = [];
    private bool _isMerged;

    /// <param name="groupOf">By domain: the domain that it is matched as.</param>
    public void BuildMerged(Instance instance, ReadOnlySpan<int> leaves, ReadOnlySpan<int> groups, ReadOnlySpan<int> groupOf)
    {
        groupOf.CopyTo(Room(ref _groupOf, groupOf.Length));
        _isMerged = true;
        Build(instance, leaves, groups);
        _isMerged = false;
        Fill(ref _extraLayer, _program.Uses.Length, -1);
        for (var domain = 0; domain < _program.Uses.Length; domain++)
        {
            if (_program.IsCapped[domain])
                _extraLayer[domain] = _layers++;
        }
    }

    public void Share()
    {
        Clear(ref _isShared, _instance.Count);
        Clear(ref _sharedCount, _program.Caps.Length);
        Clear(ref _sharedCredits, _program.Caps.Length);
        _locksShared = true;
        for (var order = 0; order < _sinks; order++)
        {
            var sink = _sinkOrder[order];
            while (_filled[sink] < _need[sink] && (Augment(sink) || ShareFor()))
            {
            }
        }

        _locksShared = false;
    }

    /// <summary>After a search that found nothing free: one of the leaves it came to takes what another programme uses.</summary>
    private bool ShareFor()
    {
        for (var local = 0; local < _count; local++)
        {
            var domain = _program.Leaves.Domain[_leaf[local]];
            if (_seen[local] != _search || domain < 0 || _extraLayer[domain] < 0)
                continue;
            for (var word = 0; word < _instance.Words; word++)
            {
                var index = (local * _instance.Words) + word;
                for (var left = _mask[index] & ~_mine[index]; left != 0; left &= left - 1)
                {
                    var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                    var holder = _holder[(_firstLayer[local] * _instance.Count) + credential];
                    if (holder < 0 || _isShared[credential] || !MayShare(domain, _program.Leaves.Domain[_leaf[holder]], credential))
                        continue;
                    _isShared[credential] = true;
                    PassOn(local, (_extraLayer[domain] * _instance.Count) + credential);
                    return true;
                }
            }
        }

        return false;
    }

    private bool MayShare(int domain, int other, int credential)
    {
        if (domain == other)
            return false;
        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            if (IsBetween(cap, domain, other) && (_sharedCount[cap] >= _instance.CapCount(cap) || _sharedCredits[cap] + _instance.SharedCredits(credential) > _instance.CapCredits(cap)))
                return false;
        }

        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            if (!IsBetween(cap, domain, other))
                continue;
            _sharedCount[cap]++;
            _sharedCredits[cap] += _instance.SharedCredits(credential);
        }

        return true;
    }

    private bool IsBetween(int cap, int left, int right)
    {
        var rule = _program.Caps[cap];
        return (rule.Left == left && rule.Right == right) || (rule.Left == right && rule.Right == left);
    }
}
