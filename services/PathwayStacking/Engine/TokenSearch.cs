using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Branch and bound over single uses, for leaves that ask for credits, stand below tallies or in capped domains. A token goes to one leaf, or to
/// none and is left to the matching of the simple leaves, which is kept the fullest possible all the time.
/// </summary>
internal sealed partial class TokenSearch
{
    // Deeper recursion could exhaust the stack; no learner holds so much.
    private const int MostTokens = 3_000;

    private readonly TokenTable _table = new();
    private BlockSearch _block = null!;
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private Matching _rest = null!;
    private Budget _budget = null!;
    private int _leafCount;
    private int[] _leaves = [];
    private int[] _count = [];
    private long[] _credits = [];
    private int[] _countLeft = [];
    private long[] _creditsLeft = [];
    private long[] _leafMissing = [];
    private long[] _leafUses = [];
    private int[] _kind = [];
    private int[] _assigned = [];
    private ulong[] _tried = [];
    private ulong[] _bestTaken = [];
    private int[] _candidates = [];
    private long[] _largest = [];
    private long[] _supply = [];
    private bool _isLargestFirst;
    private long _missing;
    private long _asked;
    private long _usesAhead;
    private int _weightLeast;
    private int _stepCost;
    private int _saves;
    private long _restMissing;
    private long _restUses;
    private bool[] _isWanted = [];
    private bool _withRest;
    private Cost _fixed;
    private Cost _used;
    private Cost _best;
    private long _lowest;

    /// <param name="lowest">Less can't be missing, whatever is chosen.</param>
    public void Run(
        BlockSearch block, Solver solver, ReadOnlySpan<int> leaves, ReadOnlySpan<int> tallies, Matching rest, Cost @fixed, Cost best, long lowest, Budget budget)
    {
        (_block, _instance, _program, _rest, _budget) = (block, solver.Instance, solver.FlatGraph, rest, budget);
        (_fixed, _best, _leafCount, _saves, _used) = (@fixed, best, leaves.Length, 0, default);
        _rest.Run();
        _withRest = _rest.Leaves > 0;
        _table.Build(_instance, leaves, tallies, rest, MostTokens);
        _stepCost = 1 + (_table.Count / 50);
        leaves.CopyTo(Room(ref _leaves, leaves.Length));
        Prepare();
        PrepareTallies(tallies);
        WeighRest();
        _lowest = Math.Max(lowest, Floor(0).Missing);
        if (_table.WasCut)
            _budget.Exhaust();
        Explore(0);
    }

    /// <summary>Of the best way: the credentials that the leaf at a position uses.</summary>
    public ReadOnlySpan<ulong> TakenBy(int position) => _bestTaken.AsSpan(position * _instance.Words, _instance.Words);

    private void Prepare()
    {
        Clear(ref _count, _leafCount);
        Clear(ref _credits, _leafCount);
        Clear(ref _countLeft, _leafCount);
        Clear(ref _creditsLeft, _leafCount);
        Room(ref _leafMissing, _leafCount);
        Room(ref _leafUses, _leafCount);
        Fill(ref _assigned, _table.Count, -1);
        Clear(ref _tried, _table.Count);
        Clear(ref _isWanted, _table.Count);
        Room(ref _candidates, _table.Entries);
        Room(ref _largest, _table.Count + 1);
        Room(ref _supply, _table.Count + 1);
        _largest[_table.Count] = _supply[_table.Count] = 0;
        _isLargestFirst = true;
        for (var token = _table.Count - 1; token >= 0; token--)
        {
            var credits = _instance.CreditsOf(_table.Credential(token));
            _isWanted[token] = _withRest && _rest.Wants(_table.Domain(token), _table.Credential(token));
            _isLargestFirst &= credits >= _largest[token + 1];
            _largest[token] = Math.Max(_largest[token + 1], credits);
            _supply[token] = _supply[token + 1] + credits;
            if (_table.IsCopy(token))
                continue;
            foreach (var leaf in _table.Leaves(token))
            {
                _countLeft[leaf]++;
                _creditsLeft[leaf] += credits;
            }
        }

        (_missing, _asked, _usesAhead, _weightLeast) = (0, 0, 0, int.MaxValue);
        for (var leaf = 0; leaf < _leafCount; leaf++)
        {
            _asked += _instance.Demand(_leaves[leaf]);
            _weightLeast = Math.Min(_weightLeast, _program.Leaves.Weight[_leaves[leaf]]);
            (_leafMissing[leaf], _leafUses[leaf]) = (0, 0);
            Weigh(leaf, 0);
        }

        FindKinds();
    }

    private void Explore(int token)
    {
        var floor = Floor(token);
        if (floor >= _best || (!_budget.Spend(refining: _best.Missing == _lowest, _stepCost) && _best != Cost.Worst))
            return;
        if (token == _table.Count)
        {
            Finish();
            return;
        }

        var isTwin = _leafCount <= 64 && _table.IsTwin(token);
        var excluded = isTwin ? _tried[token - 1] : 0;
        _tried[token] = excluded;
        var candidates = Candidates(token, excluded);
        PassBy(token, -1);
        for (var index = 0; index < candidates; index++)
        {
            var leaf = NextCandidate(token, index, candidates);
            if (HasTriedLike(token, leaf, index))
                continue;
            if (Put(token, leaf))
            {
                Explore(token + 1);
                TakeBack(token, leaf);
            }

            _tried[token] |= 1UL << (leaf & 63);
            if (_best.Missing == _lowest && _budget.IsUnrefined)
                break;
        }

        _assigned[token] = -1;
        Explore(token + 1);
        PassBy(token, +1);
    }

    private int Candidates(int token, ulong excluded)
    {
        var leaves = _table.Leaves(token);
        var start = _table.StartOf(token);
        var count = 0;
        foreach (var leaf in leaves)
        {
            if ((_leafCount > 64 || (excluded & (1UL << leaf)) == 0) && IsUseful(token, leaf))
                _candidates[start + count++] = leaf;
        }

        return count;
    }

    /// <summary>Of those not tried yet, the leaf that lacks most: what overshoots is wasted.</summary>
    private int NextCandidate(int token, int index, int count)
    {
        var start = _table.StartOf(token);
        var best = index;
        for (var other = index + 1; other < count; other++)
        {
            if (Lack(_candidates[start + other]) > Lack(_candidates[start + best]))
                best = other;
        }

        (_candidates[start + index], _candidates[start + best]) = (_candidates[start + best], _candidates[start + index]);
        return _candidates[start + index];
    }

    private long Lack(int leaf)
    {
        var number = _leaves[leaf];
        return Math.Max(0, _instance.Demand(number) - _credits[leaf]) + (Math.Max(0, _program.Leaves.Count[number] - _count[leaf]) * _instance.Scale);
    }

    /// <summary>
    /// Of leaves that ask for the same of the same credentials, and have the same so far, one is tried: what is done with one could be done with the other. But copies go to
    /// leaves in order: one that others may follow was not tried with all that could follow where a later leaf was tried.
    /// </summary>
    private bool HasTriedLike(int token, int leaf, int index)
    {
        var start = _table.StartOf(token);
        for (var before = 0; before < index; before++)
        {
            var other = _candidates[start + before];
            if (_kind[other] == _kind[leaf] && (other < leaf || _table.IsLast(token)) && _count[other] == _count[leaf] && _credits[other] == _credits[leaf])
                return true;
        }

        return false;
    }

    private bool IsUseful(int token, int leaf)
    {
        var number = _leaves[leaf];
        if (_count[leaf] >= _program.Leaves.Maximum[number] || (_table.IsCopy(token) && Has(token, leaf)))
            return false;
        return _count[leaf] < _program.Leaves.Count[number]
            || (_credits[leaf] < _instance.Demand(number) && _instance.CreditsOf(_table.Credential(token)) > 0)
            || HelpsTally(token, leaf);
    }

    /// <summary>Whether an earlier copy of the token went there, or beyond: copies go to leaves in order.</summary>
    private bool Has(int token, int leaf) => _assigned[token - 1] >= leaf || (_assigned[token - 1] < 0);

    private void Finish()
    {
        var cost = Floor(_table.Count);
        if (_withRest && (_instance.HasTastes || _instance.HasDoubts))
        {
            _rest.Save(_saves);
            cost = _fixed + _used + new Cost(_missing + TalliesMissing(), 0, 0) + _rest.Total();
        }

        if (cost < _best)
        {
            _best = cost;
            var words = _instance.Words;
            Clear(ref _bestTaken, _leafCount * words);
            for (var token = 0; token < _table.Count; token++)
            {
                if (_assigned[token] >= 0)
                    _bestTaken[(_assigned[token] * words) + (_table.Credential(token) >> 6)] |= 1UL << _table.Credential(token);
            }

            _block.Improve(cost, _rest, withTokens: true);
        }

        if (_withRest && (_instance.HasTastes || _instance.HasDoubts))
            _rest.Restore(_saves);
    }

    /// <summary>Leaves that ask for the same in every respect have the kind of the first of them.</summary>
    private void FindKinds()
    {
        Room(ref _kind, _leafCount);
        for (var leaf = 0; leaf < _leafCount; leaf++)
        {
            _kind[leaf] = leaf;
            for (var other = 0; other < leaf && _leafCount <= 64 && _kind[leaf] == leaf; other++)
            {
                if (_kind[other] == other && AreAlike(_leaves[other], _leaves[leaf]))
                    _kind[leaf] = other;
            }
        }
    }

    private bool AreAlike(int left, int right)
    {
        var leaves = _program.Leaves;
        return !_instance.HasTastes && leaves.Domain[left] >= 0 && leaves.Domain[left] == leaves.Domain[right]
            && leaves.Count[left] == leaves.Count[right] && _instance.Demand(left) == _instance.Demand(right)
            && leaves.Maximum[left] == leaves.Maximum[right] && leaves.Weight[left] == leaves.Weight[right]
            && leaves.Tallies[left].AsSpan().SequenceEqual(leaves.Tallies[right]) && _instance.Certain(left).SequenceEqual(_instance.Certain(right))
            && (!_instance.HasDoubts || _instance.Doubtful(left).SequenceEqual(_instance.Doubtful(right)));
    }
}
