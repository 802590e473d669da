using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// So many of up to 64 sets that as few as possible of their members are lost because another chosen set has them too. Where enough sets are disjoint that
/// is set packing: the largest independent set of the conflict graph, by branch and bound with domination and a bound of cliques (a member is a
/// clique: only one of its sets can have it). Where not, the sets that lose least beside them are searched, and shown to be that.
/// </summary>
internal sealed partial class SetPacking
{
    public const int MostSets = 64;

    private const int MostSteps = 8_000;

    private readonly ulong[] _conflicts = new ulong[MostSets];
    private readonly int[] _start = new int[MostSets + 1];
    private ulong[] _shared = [];
    private int _sharedCount;
    private ulong[] _of = [];
    private int _required;
    private ulong _all;
    private Budget _budget = null!;
    private bool _isLosing;
    private int _stepsLeft;
    private int _most;
    private ulong _apart;

    /// <summary>The sets chosen.</summary>
    public ulong Chosen { get; private set; }

    /// <summary>So many members are lost with them.</summary>
    public int Lost { get; private set; }

    /// <summary>Fewer can't be lost.</summary>
    public int LeastLost { get; private set; }

    public void Begin(int sets, int required)
    {
        (_required, _sharedCount) = (required, 0);
        _all = sets == 64 ? ulong.MaxValue : (1UL << sets) - 1;
        _conflicts.AsSpan().Clear();
    }

    /// <summary>A member, by the sets that have it. Those that only one has don't matter.</summary>
    public void Add(ulong sets)
    {
        if ((sets & (sets - 1)) == 0)
            return;
        if (_sharedCount == _shared.Length)
            Array.Resize(ref _shared, Math.Max(64, _sharedCount * 2));
        // The largest cliques first.
        var at = _sharedCount++;
        for (; at > 0 && BitOperations.PopCount(_shared[at - 1]) < BitOperations.PopCount(sets); at--)
            _shared[at] = _shared[at - 1];
        _shared[at] = sets;
        for (var left = sets; left != 0; left &= left - 1)
            _conflicts[BitOperations.TrailingZeroCount(left)] |= sets;
    }

    public bool HasConflicts => _sharedCount > 0;

    public void Solve(Budget budget)
    {
        (_budget, _isLosing) = (budget, false);
        ListMembers();
        (_most, _apart) = (0, 0);
        FindApart(_all, 0, _required, _all);
        while (BitOperations.PopCount(_apart) > _required)
            _apart &= _apart - 1;
        var apart = _apart;
        (Chosen, LeastLost) = (Extended(apart, _all), budget.IsSpent ? 0 : _required - BitOperations.PopCount(apart));
        Lost = LostBy(Chosen);
        if (Lost == LeastLost || budget.IsSpent)
            return;
        Exchange();
        (_isLosing, _stepsLeft) = (true, MostSteps);
        while (LeastLost < Lost && !CanLose(LeastLost, apart) && _stepsLeft >= 0)
            LeastLost++;
    }

    private void ListMembers()
    {
        var entries = 0;
        for (var index = 0; index < _sharedCount; index++)
            entries += BitOperations.PopCount(_shared[index]);
        Room(ref _of, entries);
        entries = 0;
        for (var set = 0; set < MostSets; set++)
        {
            _start[set] = entries;
            for (var index = 0; index < _sharedCount && _conflicts[set] != 0; index++)
            {
                if ((_shared[index] & (1UL << set)) != 0)
                    _of[entries++] = _shared[index];
            }

            _conflicts[set] &= ~(1UL << set);
        }

        _start[MostSets] = entries;
    }

    /// <summary>The set's shared members, each by the sets that have it.</summary>
    private ReadOnlySpan<ulong> MembersOf(int set) => _of.AsSpan(_start[set], _start[set + 1] - _start[set]);

    /// <summary>How many members of the set one of the others has.</summary>
    private int LostBeside(int set, ulong others)
    {
        others &= ~(1UL << set);
        var lost = 0;
        foreach (var member in MembersOf(set))
            lost += (member & others) != 0 ? 1 : 0;
        return lost;
    }

    private int LostBy(ulong chosen)
    {
        var lost = 0;
        foreach (var member in _shared.AsSpan(0, _sharedCount))
            lost += Math.Max(0, BitOperations.PopCount(member & chosen) - 1);
        return lost;
    }

    /// <summary>With those that lose least beside what is chosen, until there are enough.</summary>
    private ulong Extended(ulong chosen, ulong open)
    {
        for (var count = BitOperations.PopCount(chosen); count < _required && (open & ~chosen) != 0; count++)
        {
            var (best, least) = (-1, int.MaxValue);
            for (var left = open & ~chosen; left != 0 && least > 0; left &= left - 1)
            {
                var set = BitOperations.TrailingZeroCount(left);
                if (LostBeside(set, chosen) is var lost && lost < least)
                    (best, least) = (set, lost);
            }

            chosen |= 1UL << best;
        }

        return chosen;
    }

    private bool Step() => _isLosing ? --_stepsLeft >= 0 : _budget.Spend(refining: false);

    /// <param name="fresh">The sets whose neighbours have changed.</param>
    private void FindApart(ulong open, ulong picked, int enough, ulong fresh)
    {
        var size = BitOperations.PopCount(picked);
        if (size + BitOperations.PopCount(open) <= _most || !Step())
            return;
        for (fresh &= open; fresh != 0;)
        {
            var set = BitOperations.TrailingZeroCount(fresh);
            fresh &= fresh - 1;
            var near = _conflicts[set] & open;
            for (var left = near; left != 0; left &= left - 1)
            {
                // Whoever is in conflict with all that this one is in conflict with is never the better choice.
                var other = BitOperations.TrailingZeroCount(left);
                if ((near & ~_conflicts[other] & ~(1UL << other)) != 0)
                    continue;
                near &= ~(1UL << other);
                open &= ~(1UL << other);
                fresh = (fresh | _conflicts[other]) & open;
            }

            if (near != 0)
                continue;
            picked |= 1UL << set;
            open &= ~(1UL << set);
            fresh &= ~(1UL << set);
            size++;
        }

        if (size > _most)
            (_most, _apart) = (size, picked);
        if (_most >= enough || open == 0 || size + Cover(open, _most - size + 1) <= _most)
            return;
        var pivot = MostInConflict(open, open);
        FindApart(open & ~(1UL << pivot), picked, enough, _conflicts[pivot]);
        if (_most >= enough)
            return;
        var gone = _conflicts[pivot] & open;
        for (var left = gone; left != 0; left &= left - 1)
            fresh |= _conflicts[BitOperations.TrailingZeroCount(left)];
        FindApart(open & ~gone & ~(1UL << pivot), picked | (1UL << pivot), enough, fresh);
    }

    private int MostInConflict(ulong among, ulong open)
    {
        var (pivot, most) = (-1, -1);
        for (var left = among; left != 0; left &= left - 1)
        {
            var set = BitOperations.TrailingZeroCount(left);
            if (BitOperations.PopCount(_conflicts[set] & open) is var conflicts && conflicts > most)
                (pivot, most) = (set, conflicts);
        }

        return pivot;
    }

    /// <summary>So many cliques cover all that is open; from <paramref name="enough"/> on it does not matter how many.</summary>
    private int Cover(ulong open, int enough)
    {
        var cover = 0;
        for (var index = 0; index < _sharedCount && open != 0; index++)
        {
            if ((open & _shared[index]) == 0)
                continue;
            open &= ~_shared[index];
            if (++cover >= enough)
                return cover;
        }

        return cover + BitOperations.PopCount(open);
    }
}
