using System.Numerics;
using System.Runtime.CompilerServices;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// One program with one set of credentials and one reading of "may it count": whole numbers and bit sets, ready to search. Credentials are numbered
/// by their worth (largest first needs the fewest), then by their id, whatever the order in which they were given.
/// </summary>
internal sealed partial class Instance
{
    private long[] _credits = [];
    private long[] _certainCredits = [];
    private long[] _mostCredits = [];
    private long[] _demand = [];
    private int[] _preference = [];
    private ulong[] _certain = [];
    private ulong[] _doubtful = [];
    private ulong[] _kept = [];
    private long[] _tallyValue = [];
    private long[] _tallyBound = [];
    private long[] _capCredits = [];

    private Eligibility[] _eligible = [];
    private IntList _changed = new();
    private Holdings _holdings = null!;
    private bool _isPossiblyMore;

    public FlatGraph FlatGraph { get; private set; } = null!;

    /// <summary>The optimistic reading: attestations are given, uncertain credentials count.</summary>
    public bool AttestationsHold { get; private set; }

    /// <summary>Whether the generous reading can differ from the strict one.</summary>
    public bool IsOpenToDoubt { get; private set; }

    /// <summary>Credits times this are whole numbers. A missing credential weighs as much as a missing credit.</summary>
    public long Scale { get; private set; }

    public int Count { get; private set; }

    /// <summary>Words of 64 credentials.</summary>
    public int Words { get; private set; }

    /// <summary>Whether some uses are liked less than others, or stand in doubt.</summary>
    public bool HasTastes { get; private set; }

    public bool HasDoubts { get; private set; }

    /// <summary>Nothing tells uses apart but credits, and numbers follow them: largest first is best.</summary>
    public bool IsPlain => !HasTastes && !HasDoubts && !_isPossiblyMore;

    /// <summary>The smallest gain of a use: a missing unit of credit can save at most so many uses.</summary>
    public long SmallestGain { get; private set; }

    /// <summary>The leaves that may use the credential that came or went last.</summary>
    public ReadOnlySpan<int> ChangedLeaves => _changed.Items;

    public ReadOnlySpan<long> Credits => _credits.AsSpan(0, Count);

    /// <summary>In the strict reading.</summary>
    public ReadOnlySpan<long> CertainCredits => _certainCredits.AsSpan(0, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<ulong> Certain(int leaf) => _certain.AsSpan(leaf * Words, Words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<ulong> Doubtful(int leaf) => _doubtful.AsSpan(leaf * Words, Words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Eligible(int leaf, int word) => HasDoubts ? _certain[(leaf * Words) + word] | _doubtful[(leaf * Words) + word] : _certain[(leaf * Words) + word];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Demand(int leaf) => _demand[leaf];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long CreditsOf(int credential) => _credits[credential];

    /// <summary>Its index as it was given.</summary>
    public int GivenCredential(int number) => _holdings.Order[number];

    public bool IsEligible(int leaf, int credential) => (Eligible(leaf, credential >> 6) & (1UL << credential)) != 0;

    public bool IsDoubtful(int leaf, int credential) => HasDoubts && (_doubtful[(leaf * Words) + (credential >> 6)] & (1UL << credential)) != 0;

    public bool IsKept(int leaf, int credential) => _hasPublished && (_kept[(leaf * Words) + (credential >> 6)] & (1UL << credential)) != 0;

    public Cost UseOf(int leaf, int credential) => new(0, IsDoubtful(leaf, credential) ? 1 : 0, Cost.OneUse + TasteOf(leaf, credential));

    /// <summary>What a use weighs beyond being one: moved, and how little it is liked.</summary>
    public long TasteOf(int leaf, int credential)
    {
        if (!HasTastes)
            return 0;
        return (_hasPublished && !IsKept(leaf, credential) ? Cost.Moved : 0) + _preference[credential];
    }

    /// <summary>What a credential adds to a tally, in the tally's own scale.</summary>
    public long TallyValue(int tally, int credential) => _tallyValue[(tally * Count) + credential];

    public long TallyBound(int tally) => _tallyBound[tally];

    /// <summary>What is missing of a tally with this sum; -1 when it is more than may be.</summary>
    public long TallyMissing(int tally, long sum)
    {
        var bound = _tallyBound[tally];
        return FlatGraph.Tallies[tally].Kind switch
        {
            TallyKind.AtLeast => Math.Max(0, bound - sum),
            TallyKind.Average => sum < 0 ? Scale : 0,
            _ => sum > bound ? -1 : 0,
        };
    }

    public int CapCount(int cap) => FlatGraph.Caps[cap].Count < 0 ? int.MaxValue : FlatGraph.Caps[cap].Count;

    public long CapCredits(int cap) => _capCredits[cap];

    /// <summary>What a shared credential weighs in a cap: in the strict reading all that it may be worth.</summary>
    public long SharedCredits(int credential) => _mostCredits[credential];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long MissingOf(int leaf, long count, long credits)
    {
        var leaves = FlatGraph.Leaves;
        var missing = (Math.Max(0, leaves.Count[leaf] - count) * Scale) + Math.Max(0, _demand[leaf] - credits);
        return leaves.Weight[leaf] == 1 ? missing : Scaling.Times(missing, leaves.Weight[leaf]);
    }

    public int EligibleCount(int leaf) => Bits.Count(Certain(leaf)) + (HasDoubts ? Bits.Count(Doubtful(leaf)) : 0);

    /// <summary>A prerequisite that does not hold lets nothing count; one that may hold makes it doubtful.</summary>
    public void Close(int leaf)
    {
        Certain(leaf).Clear();
        if (HasDoubts)
            Doubtful(leaf).Clear();
    }

    public void Doubt(int leaf)
    {
        if (!HasDoubts)
            Clear(ref _doubtful, FlatGraph.LeafCount * Words);
        HasDoubts = true;
        var certain = Certain(leaf);
        var doubtful = Doubtful(leaf);
        for (var word = 0; word < Words; word++)
            doubtful[word] |= certain[word];
        certain.Clear();
    }
}
