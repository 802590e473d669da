using System.Numerics;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Where not enough sets are disjoint: those that lose least.</summary>
internal sealed partial class SetPacking
{
    private const int Exchanges = 60;
    private const int RestAfterLeaving = 6;
    private const int RestAfterComing = 2;

    private readonly int[] _restUntil = new int[MostSets];
    private readonly int[] _movedAt = new int[MostSets];
    private int _mayLose;

    /// <summary>Tabu search: again and again who loses most leaves for who loses least, and does not come back at once. It is nearly always the best there is.</summary>
    private void Exchange()
    {
        Array.Clear(_restUntil);
        Array.Clear(_movedAt);
        var chosen = Chosen;
        for (var round = 1; round <= Exchanges && Lost > LeastLost; round++)
        {
            var leaves = Leaving(chosen, round);
            chosen &= ~(1UL << leaves);
            (_restUntil[leaves], _movedAt[leaves]) = (round + RestAfterLeaving, round);
            var comes = Coming(chosen, LostBy(chosen), leaves, round);
            chosen |= 1UL << comes;
            (_restUntil[comes], _movedAt[comes]) = (round + RestAfterComing, round);
            if (LostBy(chosen) is var lost && lost < Lost)
                (Lost, Chosen) = (lost, chosen);
        }
    }

    /// <summary>Who loses most; where all that lose rest, who has been there longest.</summary>
    private int Leaving(ulong chosen, int round)
    {
        var (leaves, most, oldest) = (-1, 0, -1);
        for (var left = chosen; left != 0; left &= left - 1)
        {
            var set = BitOperations.TrailingZeroCount(left);
            if (oldest < 0 || _movedAt[set] < _movedAt[oldest])
                oldest = set;
            if (_restUntil[set] > round || LostBeside(set, chosen) is not (> 0 and var lost))
                continue;
            if (lost > most || (lost == most && _movedAt[set] < _movedAt[leaves]))
                (leaves, most) = (set, lost);
        }

        return leaves < 0 ? oldest : leaves;
    }

    private int Coming(ulong chosen, int already, int left, int round)
    {
        var (comes, least) = (left, int.MaxValue);
        for (var others = _all & ~chosen & ~(1UL << left); others != 0; others &= others - 1)
        {
            var set = BitOperations.TrailingZeroCount(others);
            var lost = LostBeside(set, chosen);
            if (_restUntil[set] > round && already + lost >= Lost)
                continue;
            if (lost < least || (lost == least && _movedAt[set] < _movedAt[comes]))
                (comes, least) = (set, lost);
        }

        return comes;
    }

    /// <summary>Whether enough sets lose no more than so many; then they are chosen.</summary>
    private bool CanLose(int lost, ulong apart)
    {
        _mayLose = lost;
        return Lose(new(_all, Picked: 0, Once: 0, Twice: 0, Size: 0, lost, apart, BitOperations.PopCount(apart)));
    }

    /// <summary>
    /// Who is disjoint from all that is picked costs nothing; each other set costs at least one. So there can be no more than the largest independent set among the
    /// first, and what may still be lost. The slack between that and what is needed is all that those who cost more than one may waste.
    /// </summary>
    private bool Lose(State at)
    {
        if (!Step())
            return false;
        if (PickSafe(ref at))
            return Choose(at.Picked);
        if (at.Size + BitOperations.PopCount(at.Open) < _required)
            return false;
        var needed = _required - at.Size - at.MayLose;
        var apart = at.Apart & at.Free;
        if (needed > BitOperations.PopCount(apart))
        {
            (_most, _apart) = (0, 0);
            FindApart(at.Free, 0, needed, at.Free);
            if (_most < needed)
                return false;
            apart = _apart;
            if (Choose(Extended(at.Picked | apart, at.Open)))
                return true;
        }

        var pivot = MostInConflict(at.Free != 0 ? at.Free : at.Open, at.Open);
        if (pivot < 0)
            return false;
        at = at with { Apart = apart };
        return Lose(With(at, pivot)) || Lose(at with { Open = at.Open & ~DominatedBy(pivot, at) & ~(1UL << pivot) });
    }

    /// <summary>Takes what is worth picking whatever comes, leaves out what costs too much. True when that are enough.</summary>
    private bool PickSafe(ref State at)
    {
        while (at.Size < _required)
        {
            at = at with { Open = at.Open & ~at.Above(at.MayLose) };
            var safe = FindSafe(at);
            if (safe >= 0)
            {
                at = With(at, safe);
                continue;
            }

            var atMost = Math.Min(at.AtMost, Cover(at.Free, at.AtMost));
            var slack = atMost + at.MayLose - (_required - at.Size);
            if (slack < 0)
            {
                at = at with { Open = 0 };
                return false;
            }

            at = at with { AtMost = atMost };
            var wasteful = at.Open & at.Above(slack + 1);
            if (wasteful == 0)
                return false;
            at = at with { Open = at.Open & ~wasteful };
        }

        return true;
    }

    /// <summary>Who is in conflict over one member only takes at most the place of another.</summary>
    private int FindSafe(in State at)
    {
        for (var left = at.Free; left != 0; left &= left - 1)
        {
            var set = BitOperations.TrailingZeroCount(left);
            var contested = 0;
            foreach (var member in MembersOf(set))
                contested += (member & at.Open & ~(1UL << set)) != 0 ? 1 : 0;
            if (contested <= 1)
                return set;
        }

        return -1;
    }

    /// <summary>Those that have every member over which the set is in conflict: without it, they are not chosen either.</summary>
    private ulong DominatedBy(int set, in State at)
    {
        if ((at.Free & (1UL << set)) == 0)
            return 0;
        var dominated = _conflicts[set] & at.Open;
        foreach (var member in MembersOf(set))
            dominated &= (member & at.Open & ~(1UL << set)) != 0 ? member : ulong.MaxValue;
        return dominated;
    }

    private State With(in State at, int set)
    {
        var (once, twice) = (at.Once, at.Twice);
        var lost = 0;
        foreach (var member in MembersOf(set))
        {
            if ((member & at.Picked) != 0)
            {
                lost++;
                continue;
            }

            // Those that have it lose one more: 0, 1, 2, and 3 or more.
            var full = once & twice & member;
            twice ^= once & member;
            once ^= member;
            once |= full;
            twice |= full;
        }

        return at with
        {
            Open = at.Open & ~(1UL << set),
            Picked = at.Picked | (1UL << set),
            Once = once,
            Twice = twice,
            Size = at.Size + 1,
            MayLose = at.MayLose - lost,
            AtMost = lost == 0 ? at.AtMost - 1 : at.AtMost,
        };
    }

    private bool Choose(ulong chosen)
    {
        if (BitOperations.PopCount(chosen) < _required || LostBy(chosen) is var lost && lost > _mayLose)
            return false;
        (Chosen, Lost) = (chosen, lost);
        return true;
    }

    /// <param name="Once">With <paramref name="Twice"/> a number for each set: how many members it would lose beside what is picked.</param>
    /// <param name="Apart">An independent set, as large as is known.</param>
    /// <param name="AtMost">No independent set of those that lose nothing is larger.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct State(ulong Open, ulong Picked, ulong Once, ulong Twice, int Size, int MayLose, ulong Apart, int AtMost)
    {
        public ulong Free => Open & ~Once & ~Twice;

        /// <summary>Who loses more than so many.</summary>
        public ulong Above(int lost) => lost switch
        {
            < 0 => ulong.MaxValue,
            0 => Once | Twice,
            1 => Twice,
            2 => Once & Twice,
            _ => 0,
        };
    }
}
