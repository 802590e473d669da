using System.Numerics;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// What leaves wish for at given prices: each the uses that are cheapest together with what is still missing then. Counted in steps that is a small knapsack.
/// </summary>
internal sealed class Wishes
{
    private readonly long[] _cost = new long[Steps.Most + 1];
    private Instance _instance = null!;
    private int[] _leaf = [];
    private int[] _start = [];
    private int[] _asked = [];
    private long[] _stepCost = [];
    private int[] _token = [];
    private int[] _credential = [];
    private int[] _worth = [];
    private long[] _paid = [];
    private Right[] _right = [];
    private ulong[] _takenAt = [];

    public int Count { get; private set; }

    public int Entries { get; private set; }

    public int LeafAt(int index) => _leaf[index];

    public int TokenOf(int entry) => _token[entry];

    public ref Right RightOf(int entry) => ref _right[entry];

    public long PaidFor(int entry) => _paid[entry];

    public (int Start, int End) EntriesOf(int index) => (_start[index], _start[index + 1]);

    public void Start(Instance instance) => (_instance, Count, Entries) = (instance, 0, 0);

    /// <summary>False where steps cannot tell exactly what the leaf asks.</summary>
    public bool Add(int leaf)
    {
        var steps = Steps.Of(_instance, leaf);
        if (steps.Asked < 0)
            return false;
        Reserve(_instance.EligibleCount(leaf));
        (_leaf[Count], _start[Count], _asked[Count], _stepCost[Count]) = (leaf, Entries, steps.Asked, steps.StepMissing);
        var domain = _instance.FlatGraph.Leaves.Domain[leaf];
        for (var word = 0; word < _instance.Words; word++)
        {
            for (var left = _instance.Eligible(leaf, word); left != 0; left &= left - 1)
            {
                var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                if (steps.Worth(_instance.CreditsOf(credential)) is not (> 0 and var worth))
                    continue;
                (_token[Entries], _credential[Entries], _worth[Entries]) = (domain < 0 ? -1 : (domain * _instance.Count) + credential, credential, worth);
                (_right[Entries], _paid[Entries]) = (domain < 0 ? Right.Kept : Right.ToBuy, _instance.UseOf(leaf, credential).Rest);
                Entries++;
            }
        }

        _start[++Count] = Entries;
        return true;
    }

    /// <summary>From now on in coins.</summary>
    public void Weigh(long missingCoins, int shift, long coins)
    {
        for (var index = 0; index < Count; index++)
            _stepCost[index] *= missingCoins;
        for (var entry = 0; entry < Entries; entry++)
            _paid[entry] = (_paid[entry] >> shift) * coins;
    }

    /// <summary>The least that the leaf costs.</summary>
    public long Cheapest(int index, ReadOnlySpan<long> price)
    {
        var (start, end, asked) = (_start[index], _start[index + 1], _asked[index]);
        if (asked == 1)
            return CheapestOne(start, end, _stepCost[index], price);
        for (var steps = 0; steps <= asked; steps++)
            _cost[steps] = steps * _stepCost[index];
        for (var entry = start; entry < end; entry++)
        {
            var takenAt = 0UL;
            if (_right[entry] != Right.Denied)
            {
                var (paid, worth) = (PaidAt(entry, price), _worth[entry]);
                for (var steps = asked; steps > 0; steps--)
                {
                    var cost = paid + _cost[Math.Max(0, steps - worth)];
                    if (cost >= _cost[steps])
                        continue;
                    _cost[steps] = cost;
                    takenAt |= 1UL << steps;
                }
            }

            _takenAt[entry] = takenAt;
        }

        return _cost[asked];
    }

    /// <summary>Counts what the leaf wishes for that is to be bought.</summary>
    public void CountBought(int index, bool isOn, Span<int> wished)
    {
        var steps = isOn ? _asked[index] : 0;
        for (var entry = _start[index + 1] - 1; entry >= _start[index] && steps > 0; entry--)
        {
            if (IsWished(entry, ref steps) && _right[entry] == Right.ToBuy)
                wished[_token[entry]]++;
        }
    }

    public bool IsWished(int index, int entry)
    {
        var steps = _asked[index];
        for (var after = _start[index + 1] - 1; after > entry; after--)
            IsWished(after, ref steps);
        return IsWished(entry, ref steps);
    }

    /// <summary>From the last entry back: whether it is wished for, and how many steps are asked of those before it.</summary>
    private bool IsWished(int entry, ref int steps)
    {
        if ((_takenAt[entry] & (1UL << steps)) == 0)
            return false;
        steps = Math.Max(0, steps - _worth[entry]);
        return true;
    }

    /// <summary>All that the leaf wishes for.</summary>
    public void Take(int index, Span<ulong> taken)
    {
        taken.Clear();
        var steps = _asked[index];
        for (var entry = _start[index + 1] - 1; entry >= _start[index] && steps > 0; entry--)
        {
            if (!IsWished(entry, ref steps))
                continue;
            taken[_credential[entry] >> 6] |= 1UL << _credential[entry];
        }
    }

    private long CheapestOne(int start, int end, long missing, ReadOnlySpan<long> price)
    {
        var (best, least) = (-1, missing);
        for (var entry = start; entry < end; entry++)
        {
            _takenAt[entry] = 0;
            if (_right[entry] != Right.Denied && PaidAt(entry, price) is var paid && paid < least)
                (best, least) = (entry, paid);
        }

        if (best >= 0)
            _takenAt[best] = 0b10;
        return least;
    }

    private long PaidAt(int entry, ReadOnlySpan<long> price) => _paid[entry] + (_right[entry] == Right.ToBuy ? price[_token[entry]] : 0);

    private void Reserve(int entries)
    {
        if (_start.Length < Count + 2)
        {
            var size = (Count + 2) * 2;
            Array.Resize(ref _leaf, size);
            Array.Resize(ref _start, size);
            Array.Resize(ref _asked, size);
            Array.Resize(ref _stepCost, size);
        }

        if (_token.Length >= Entries + entries)
            return;
        var room = (Entries + entries) * 2;
        Array.Resize(ref _token, room);
        Array.Resize(ref _credential, room);
        Array.Resize(ref _worth, room);
        Array.Resize(ref _paid, room);
        Array.Resize(ref _right, room);
        Array.Resize(ref _takenAt, room);
    }
}

/// <summary>What a leaf may do with a credential that others want too.</summary>
internal enum Right : byte
{
    /// <summary>Use it at its price.</summary>
    ToBuy,

    /// <summary>Use it: it is kept for this leaf.</summary>
    Kept,

    /// <summary>Do without.</summary>
    Denied,
}
