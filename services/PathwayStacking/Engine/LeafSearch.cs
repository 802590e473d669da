using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>The least cost of one leaf that has all credentials for itself, exact to the last preference.</summary>
internal sealed class LeafSearch
{
    private int[] _candidates = [];
    private bool[] _in = [];
    private bool[] _best = [];
    private Instance _instance = null!;
    private Budget _budget = null!;
    private int _leaf;
    private int _count;
    private int _uses;
    private long _credits;
    private long _tastes;
    private long _needed;
    private Cost _least;

    public Cost Fill(Instance instance, int leaf, Span<ulong> taken, Budget budget)
    {
        (_instance, _leaf, _budget) = (instance, leaf, budget);
        var leaves = instance.FlatGraph.Leaves;
        Collect();
        if (instance.Demand(leaf) == 0)
            _least = Cheapest(leaves.Count[leaf]);
        else
            FillCredits(leaves.Count[leaf], leaves.Maximum[leaf], instance.Demand(leaf));
        for (var index = 0; index < _count; index++)
        {
            if (_best[index])
                taken[_candidates[index] >> 6] |= 1UL << _candidates[index];
        }

        return _least;
    }

    /// <summary>The largest first, else in canonical order.</summary>
    private void Collect()
    {
        Room(ref _candidates, _instance.EligibleCount(_leaf));
        _count = 0;
        for (var word = 0; word < _instance.Words; word++)
        {
            for (var left = _instance.Eligible(_leaf, word); left != 0; left &= left - 1)
                Insert((word << 6) + BitOperations.TrailingZeroCount(left));
        }

        Clear(ref _best, _count);
        Clear(ref _in, _count);
    }

    /// <summary>Numbers follow what is possibly worth most; what is certainly worth most may come in another order.</summary>
    private void Insert(int credential)
    {
        var at = _count++;
        for (; at > 0 && _instance.CreditsOf(_candidates[at - 1]) < _instance.CreditsOf(credential); at--)
            _candidates[at] = _candidates[at - 1];
        _candidates[at] = credential;
    }

    private Cost Cheapest(int want)
    {
        var cost = new Cost(0, 0, 0);
        var used = 0;
        for (; used < want && used < _count; used++)
        {
            var best = -1;
            for (var index = 0; index < _count; index++)
            {
                if (!_best[index] && (best < 0 || UseOf(index) < UseOf(best)))
                    best = index;
            }

            cost += UseOf(best);
            _best[best] = true;
        }

        return cost with { Missing = _instance.MissingOf(_leaf, used, 0) };
    }

    /// <summary>
    /// For each number of doubtful credentials, least first: the largest of them, and the largest certain ones beside. The first that misses
    /// least needs least doubt; largest first needs the fewest uses.
    /// </summary>
    private void FillCredits(int want, int maximum, long demand)
    {
        var doubtful = 0;
        for (var index = 0; index < _count; index++)
            doubtful += IsDoubtful(index) ? 1 : 0;
        _least = Cost.Worst;
        for (var doubts = 0; doubts <= Math.Min(doubtful, maximum) && _least.Missing > 0; doubts++)
        {
            Clear(ref _in, _count);
            (_uses, _credits, _tastes) = (0, 0, 0);
            TakeLargest(isDoubtful: true, doubts, want: doubts, demand);
            TakeLargest(isDoubtful: false, maximum - doubts, want, demand);
            var cost = new Cost(_instance.MissingOf(_leaf, _uses, _credits), doubts, (_uses * Cost.OneUse) + _tastes);
            if (cost >= _least)
                continue;
            (_least, _needed) = (cost, Math.Min(_credits, demand));
            _in.AsSpan(0, _count).CopyTo(_best);
        }

        if (!_instance.HasTastes || _least.Rest % Cost.OneUse == 0)
            return;
        Clear(ref _in, _count);
        (_credits, _tastes) = (0, 0);
        Swap(0, (int)_least.Uses, (int)_least.Doubt);
    }

    private void TakeLargest(bool isDoubtful, int most, int want, long demand)
    {
        for (var index = 0; index < _count && most > 0; index++)
        {
            var credits = _instance.CreditsOf(_candidates[index]);
            if (IsDoubtful(index) != isDoubtful || (_uses >= want && (_credits >= demand || credits == 0)))
                continue;
            (_uses, _credits, _tastes) = (_uses + 1, _credits + credits, _tastes + TasteOf(index));
            _in[index] = true;
            most--;
        }
    }

    /// <summary>As many of either sort as are known to be needed, with enough credits: those that are liked best.</summary>
    private void Swap(int index, int uses, int doubts)
    {
        if (_tastes >= _least.Rest % Cost.OneUse || !_budget.Spend(refining: true))
            return;
        if (uses == 0)
        {
            if (_credits < _needed || doubts > 0)
                return;
            _least = _least with { Rest = (_least.Uses * Cost.OneUse) + _tastes };
            _in.AsSpan(0, _count).CopyTo(_best);
            return;
        }

        if (index == _count || !CanReach(index, uses))
            return;
        if (!IsDoubtful(index) ? uses > doubts : doubts > 0)
        {
            _in[index] = true;
            _credits += _instance.CreditsOf(_candidates[index]);
            _tastes += TasteOf(index);
            Swap(index + 1, uses - 1, doubts - (IsDoubtful(index) ? 1 : 0));
            _in[index] = false;
            _credits -= _instance.CreditsOf(_candidates[index]);
            _tastes -= TasteOf(index);
        }

        Swap(index + 1, uses, doubts);
    }

    private bool CanReach(int index, int uses)
    {
        var credits = _credits;
        for (var next = index; next < _count && uses > 0; next++, uses--)
            credits += _instance.CreditsOf(_candidates[next]);
        return uses == 0 && credits >= _needed;
    }

    private bool IsDoubtful(int index) => _instance.IsDoubtful(_leaf, _candidates[index]);

    private Cost UseOf(int index) => _instance.UseOf(_leaf, _candidates[index]);

    private long TasteOf(int index) => _instance.TasteOf(_leaf, _candidates[index]);
}
