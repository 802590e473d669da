using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Using a token and taking it back, with all that looks on; and what must still be missing at least.</summary>
internal sealed partial class TokenSearch
{
    private int _tallyCount;
    private int[] _tallies = [];
    private int[] _active = [];
    private long[] _sum = [];
    private long[] _left = [];
    private int[] _times = [];
    private int[] _lastFor = [];
    private int[] _usedIn = [];
    private int[] _shared = [];
    private long[] _sharedCredits = [];

    private void PrepareTallies(ReadOnlySpan<int> tallies)
    {
        var count = _instance.Count;
        _tallyCount = tallies.Length;
        tallies.CopyTo(Room(ref _tallies, _tallyCount));
        Fill(ref _active, _program.Tallies.Length, -1);
        Clear(ref _sum, _tallyCount);
        Clear(ref _left, _tallyCount);
        Clear(ref _times, _tallyCount * count);
        Fill(ref _lastFor, _tallyCount * count, -1);
        for (var active = 0; active < _tallyCount; active++)
            _active[_tallies[active]] = active;
        for (var token = 0; _tallyCount > 0 && token < _table.Count; token++)
        {
            foreach (var leaf in _table.Leaves(token))
            {
                foreach (var tally in _program.Leaves.Tallies[_leaves[leaf]])
                    _lastFor[(_active[tally] * count) + _table.Credential(token)] = token;
            }
        }

        for (var active = 0; active < _tallyCount; active++)
        {
            for (var credential = 0; credential < count; credential++)
                _left[active] += _lastFor[(active * count) + credential] >= 0 ? Gain(active, credential) : 0;
        }

        if (_program.Caps.Length == 0)
            return;
        Clear(ref _usedIn, _program.Uses.Length * count);
        Clear(ref _shared, _program.Caps.Length);
        Clear(ref _sharedCredits, _program.Caps.Length);
    }

    private long Gain(int active, int credential) => Math.Max(0, _instance.TallyValue(_tallies[active], credential));

    /// <summary>False where a tally or a cap forbids it.</summary>
    private bool Put(int token, int leaf)
    {
        var credential = _table.Credential(token);
        var number = _leaves[leaf];
        if (!IsWithinLimits(number, credential) || !Share(_table.Domain(token), credential))
            return false;
        _assigned[token] = leaf;
        _used += _instance.UseOf(number, credential);
        Move(leaf, +1, _instance.CreditsOf(credential), token + 1);
        foreach (var tally in _program.Leaves.Tallies[number])
            Tally(_active[tally], credential, token, +1);
        if (_isWanted[token])
        {
            _rest.Save(_saves++);
            _rest.Block(_table.Domain(token), credential);
            WeighRest();
        }

        return true;
    }

    private void TakeBack(int token, int leaf)
    {
        var credential = _table.Credential(token);
        if (_isWanted[token])
        {
            _rest.Restore(--_saves);
            WeighRest();
        }

        foreach (var tally in _program.Leaves.Tallies[_leaves[leaf]])
            Tally(_active[tally], credential, token, -1);
        Move(leaf, -1, -_instance.CreditsOf(credential), token + 1);
        _used -= _instance.UseOf(_leaves[leaf], credential);
        Unshare(_table.Domain(token), credential);
        _assigned[token] = -1;
    }

    /// <summary>The token is decided (or, on the way back, open again): nobody can hope for it any more.</summary>
    private void PassBy(int token, int sign)
    {
        var credential = _table.Credential(token);
        if (_table.IsLast(token))
        {
            var credits = sign * _instance.CreditsOf(credential);
            foreach (var leaf in _table.Leaves(token))
            {
                _countLeft[leaf] += sign;
                _creditsLeft[leaf] += credits;
                Weigh(leaf, sign < 0 ? token + 1 : token);
            }
        }

        for (var active = 0; active < _tallyCount; active++)
        {
            var at = (active * _instance.Count) + credential;
            if (_lastFor[at] == token && _times[at] == 0)
                _left[active] += sign * Gain(active, credential);
        }
    }

    private void Move(int leaf, int count, long credits, int token)
    {
        _asked -= Open(leaf);
        _count[leaf] += count;
        _credits[leaf] += credits;
        _asked += Open(leaf);
        Weigh(leaf, token);
    }

    private long Open(int leaf) => Math.Max(0, _instance.Demand(_leaves[leaf]) - _credits[leaf]);

    /// <summary>What the leaf misses at least when all tokens left to it go to it, and how many more uses that takes at least.</summary>
    private void Weigh(int leaf, int token)
    {
        var number = _leaves[leaf];
        var leaves = _program.Leaves;
        var more = Math.Min(_countLeft[leaf], leaves.Maximum[number] - _count[leaf]);
        var left = more > 0 ? _creditsLeft[leaf] : 0;
        var missing = _instance.MissingOf(number, _count[leaf] + more, _credits[leaf] + left);
        var largest = Math.Max(1, _largest[token]);
        var uses = Math.Max(Math.Max(0, Math.Min(more, leaves.Count[number] - _count[leaf])), (Math.Min(Open(leaf), left) + largest - 1) / largest);
        _missing += missing - _leafMissing[leaf];
        _usesAhead += uses - _leafUses[leaf];
        (_leafMissing[leaf], _leafUses[leaf]) = (missing, uses);
    }

    private void WeighRest()
    {
        (_restMissing, _restUses) = _withRest ? (_rest.Missing(), _rest.Filled()) : (0, 0);
    }

    /// <summary>What it costs at least from here. Leaf by leaf; and for all leaves together, because no token helps two of them.</summary>
    private Cost Floor(int token)
    {
        var (missing, uses) = (_missing, _usesAhead);
        var together = _asked > _supply[token] ? Scaling.Times(_asked - _supply[token], _weightLeast) : 0;
        if (together > missing)
        {
            // Who misses more may use less: a use for each smallest credit, and one more in each leaf.
            uses = Math.Max(0, uses - ((together - missing) / _instance.SmallestGain) - _leafCount);
            missing = together;
        }

        uses = Math.Max(uses, UsesTogether(token, missing));
        return _fixed + _used + new Cost(missing + TalliesMissing() + _restMissing, 0, (uses + _restUses) * Cost.OneUse);
    }

    /// <summary>Tokens come largest first: so many of the next are needed at least for what all leaves ask and do not miss.</summary>
    private long UsesTogether(int token, long missing)
    {
        var needed = _asked - missing;
        if (needed <= 0 || !_isLargestFirst)
            return 0;
        var (low, high) = (token, _table.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_supply[token] - _supply[middle] >= needed)
                high = middle;
            else
                low = middle + 1;
        }

        return low - token;
    }

    private long TalliesMissing()
    {
        var missing = 0L;
        for (var active = 0; active < _tallyCount; active++)
            missing += Math.Max(0, _instance.TallyMissing(_tallies[active], _sum[active] + (IsLimit(active) ? 0 : _left[active])));
        return missing;
    }

    private bool IsLimit(int active) => _program.Tallies[_tallies[active]].Kind == TallyKind.AtMost;

    private bool IsWithinLimits(int number, int credential)
    {
        foreach (var tally in _program.Leaves.Tallies[number])
        {
            var active = _active[tally];
            if (_times[(active * _instance.Count) + credential] == 0 && _instance.TallyMissing(tally, _sum[active] + _instance.TallyValue(tally, credential)) < 0)
                return false;
        }

        return true;
    }

    private void Tally(int active, int credential, int token, int sign)
    {
        var at = (active * _instance.Count) + credential;
        var before = _times[at];
        _times[at] = before + sign;
        if (before != 0 && before + sign != 0)
            return;
        _sum[active] += sign * _instance.TallyValue(_tallies[active], credential);
        if (_lastFor[at] > token)
            _left[active] -= sign * Gain(active, credential);
    }

    /// <summary>Whether a use beyond what the leaf needs helps something above it.</summary>
    private bool HelpsTally(int token, int leaf)
    {
        foreach (var tally in _program.Leaves.Tallies[_leaves[leaf]])
        {
            var active = _active[tally];
            if (_times[(active * _instance.Count) + _table.Credential(token)] > 0 || Gain(active, _table.Credential(token)) == 0)
                continue;
            var kind = _program.Tallies[tally].Kind;
            if (kind == TallyKind.Average || (kind == TallyKind.AtLeast && _sum[active] < _instance.TallyBound(tally)))
                return true;
        }

        return false;
    }

    private bool Share(int domain, int credential)
    {
        if (domain < 0 || !_program.IsCapped[domain])
            return true;
        var at = (domain * _instance.Count) + credential;
        if (_usedIn[at] == 0)
        {
            for (var cap = 0; cap < _program.Caps.Length; cap++)
            {
                if (IsSharedBy(cap, domain, credential) && (_shared[cap] >= _instance.CapCount(cap) || _sharedCredits[cap] + _instance.SharedCredits(credential) > _instance.CapCredits(cap)))
                    return false;
            }

            CountShares(domain, credential, +1);
        }

        _usedIn[at]++;
        return true;
    }

    private void Unshare(int domain, int credential)
    {
        if (domain < 0 || !_program.IsCapped[domain])
            return;
        if (--_usedIn[(domain * _instance.Count) + credential] == 0)
            CountShares(domain, credential, -1);
    }

    private void CountShares(int domain, int credential, int sign)
    {
        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            if (!IsSharedBy(cap, domain, credential))
                continue;
            _shared[cap] += sign;
            _sharedCredits[cap] += sign * _instance.SharedCredits(credential);
        }
    }

    /// <summary>Whether the domain on the other side of the cap uses it.</summary>
    private bool IsSharedBy(int cap, int domain, int credential)
    {
        var rule = _program.Caps[cap];
        var other = rule.Left == domain ? rule.Right : rule.Right == domain ? rule.Left : -1;
        return other >= 0 && _usedIn[(other * _instance.Count) + credential] > 0;
    }
}
