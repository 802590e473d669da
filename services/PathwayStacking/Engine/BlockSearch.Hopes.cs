using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Ways that are often the best at once, and bounds that show it.</summary>
internal sealed partial class BlockSearch
{
    private const int All = -1;
    private const int None = -2;

    private readonly Packing _packing = new();
    private readonly Matching _hope = new();
    private IntList _counted = new();
    private int[] _groupOf = [];
    private ulong[] _union = [];

    /// <summary>
    /// Begins with the children that get most of what they want at once. Where not enough of them can, one thing is missing for each that is
    /// wanting, whatever is chosen.
    /// </summary>
    private void Pack(ReadOnlySpan<int> parts)
    {
        var before = new Mark(_leaves.Count, _simple.Count, _groups.Count, _tallies.Count, _choices.Count, _picked.Count, _fixed, _open);
        var unpacked = _ranked.Count;
        var packed = 0;
        for (var index = 0; index < before.Choices; index++)
            _ranked.Add(_choices[index]);
        _choices.Count = 0;
        for (var index = 0; index < before.Choices; index++)
        {
            var choice = _ranked[unpacked + index];
            if (_program.Required[choice] < 2 || !_packing.Find(_solver, choice, _budget))
            {
                _choices.Add(choice);
                continue;
            }

            packed++;
            _isCut |= _packing.IsCut;
            _open -= _solver.Best(choice);
            var wanting = _packing.LeastLost;
            if (wanting > 0 && !_budget.IsSpent)
                _floor = new(_floor.Missing + (wanting * _instance.Scale), 0, _packing.CountsOnly ? Math.Max(0, _floor.Rest - Saved(wanting * _instance.Scale)) : 0);
            TakePacked(choice);
        }

        if (packed > 0)
            Search(parts);
        Undo(before);
        _choices.Count = 0;
        for (var index = 0; index < before.Choices; index++)
            _choices.Add(_ranked[unpacked + index]);
        _ranked.Count = unpacked;
    }

    private void TakePacked(int choice)
    {
        var start = _program.ChildStart[choice];
        var chosen = _packing.Chosen;
        for (; chosen != 0; chosen &= chosen - 1)
        {
            var edge = start + BitOperations.TrailingZeroCount(chosen);
            _picked.Add(edge);
            Add(_program.Child[edge]);
        }
    }

    /// <summary>
    /// Where all leaves only count: the fullest matching with nothing shared between capped domains, then sharing. True when it is
    /// shown to be the best there is.
    /// </summary>
    private bool HopeIsEnough()
    {
        _counted.Count = 0;
        foreach (var leaf in _simple.Items)
            _counted.Add(leaf);
        foreach (var leaf in _leaves.Items)
        {
            if (_instance.Demand(leaf) > 0 || (_program.Leaves.Domain[leaf] is >= 0 and var domain && _program.IsCapped[domain] && _program.Uses[domain] > 1))
                return false;
            _counted.Add(leaf);
        }

        GroupCapped(All);
        _hope.BuildMerged(_instance, _counted.Items, _groups.Items, _groupOf);
        _hope.Run();
        _hope.Share();
        var tallies = HopedTallies();
        if (tallies < 0)
            return false;
        var cost = _fixed + _hope.Total() + new Cost(tallies, 0, 0);
        if (cost < _best)
            Improve(cost, _hope, withTokens: false);
        // With equal weights what is missing tells how many uses there are; doubts and tastes have to be searched.
        return !_hope.HasUnequalWeights && !_instance.HasTastes && !_instance.HasDoubts && cost.Missing == _fixed.Missing + LeastTogether() + LeastTallies() && _best <= cost;
    }

    private void GroupCapped(int cap)
    {
        Room(ref _groupOf, _program.Uses.Length);
        for (var domain = 0; domain < _program.Uses.Length; domain++)
            _groupOf[domain] = domain;
        for (var index = 0; index < _program.Caps.Length; index++)
        {
            if (cap != All && cap != index)
                continue;
            // Caps form clusters of domains; a cluster goes by its first domain.
            var (left, right) = (_groupOf[_program.Caps[index].Left], _groupOf[_program.Caps[index].Right]);
            for (var domain = 0; domain < _program.Uses.Length; domain++)
                _groupOf[domain] = _groupOf[domain] == Math.Max(left, right) ? Math.Min(left, right) : _groupOf[domain];
        }
    }

    /// <summary>What is missing of the tallies with what the matching uses; -1 when a limit forbids it.</summary>
    private long HopedTallies()
    {
        var missing = 0L;
        foreach (var tally in _tallies.Items)
        {
            Clear(ref _union, _instance.Words);
            for (var local = 0; local < _hope.Leaves; local++)
            {
                for (var word = 0; word < _instance.Words && _program.Tallies[tally].Leaves.AsSpan().Contains(_hope.LeafAt(local)); word++)
                    _union[word] |= _hope.Mine(local)[word];
            }

            var sum = 0L;
            for (var word = 0; word < _instance.Words; word++)
            {
                for (var left = _union[word]; left != 0; left &= left - 1)
                    sum += _instance.TallyValue(tally, (word << 6) + BitOperations.TrailingZeroCount(left));
            }

            var lack = _instance.TallyMissing(tally, sum);
            if (lack < 0)
                return -1;
            missing += lack;
        }

        return missing;
    }

    /// <summary>Less can't be missing of the leaves: without the caps; and with all domains, or any two, between which the cap is all that adds to one matching.</summary>
    private long LeastTogether()
    {
        GroupCapped(None);
        var least = MissingMerged(allowed: 0);
        if (_program.Caps.Length == 0)
            return least;
        for (var cap = 0; cap < _program.Caps.Length && least < _hope.Missing(); cap++)
        {
            GroupCapped(cap);
            least = Math.Max(least, MissingMerged(_program.Caps[cap].Count));
        }

        GroupCapped(All);
        return IsCappedThroughout() ? Math.Max(least, MissingMerged(AllowedInAll())) : least;
    }

    private long AllowedInAll()
    {
        var allowed = 0L;
        foreach (var cap in _program.Caps)
            allowed = cap.Count < 0 || allowed < 0 ? -1 : allowed + cap.Count;
        return allowed;
    }

    /// <summary>Whether any two domains of a cluster have a cap.</summary>
    private bool IsCappedThroughout()
    {
        for (var left = 0; left < _program.Uses.Length; left++)
        {
            for (var right = left + 1; right < _program.Uses.Length; right++)
            {
                if (_groupOf[left] == _groupOf[right] && !HasCapBetween(left, right))
                    return false;
            }
        }

        return true;
    }

    private bool HasCapBetween(int left, int right)
    {
        foreach (var cap in _program.Caps)
        {
            if ((cap.Left == left && cap.Right == right) || (cap.Left == right && cap.Right == left))
                return true;
        }

        return false;
    }

    /// <summary>Only where all weigh the same: each that may be shared then saves as much.</summary>
    private long MissingMerged(long allowed)
    {
        if (allowed < 0)
            return 0;
        _floorFlow.BuildMerged(_instance, _counted.Items, _groups.Items, _groupOf);
        _floorFlow.Run();
        return Math.Max(0, _floorFlow.Missing() - Scaling.Times(Scaling.Times(allowed, _instance.Scale), _floorFlow.FirstWeight));
    }

    private long LeastTallies()
    {
        var least = 0L;
        foreach (var tally in _tallies.Items)
        {
            var node = _program.Tallies[tally].Node;
            if (_program.TalliesOf[node][0] == tally)
                least += _solver.Best(node).Missing - _solver.Best(_program.ChildrenOf(node)[0]).Missing;
        }

        return least;
    }
}
