using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

internal sealed partial class Instance
{
    private bool _hasPublished;

    public void Load(FlatGraph program, Holdings holdings, IReadOnlyList<Use>? published, bool possible)
    {
        (FlatGraph, _holdings) = (program, holdings);
        AttestationsHold = possible;
        Scale = holdings.Scale;
        Count = holdings.Count;
        Words = (Count + 63) >> 6;
        IsOpenToDoubt = program.HasAttestations;
        HasDoubts = false;
        LoadCredentials(holdings, possible);
        LoadDemands();
        LoadEligibility(holdings, possible);
        LoadPublished(holdings, published);
        LoadTallies(holdings, possible);
        Room(ref _capCredits, program.Caps.Length);
        for (var cap = 0; cap < program.Caps.Length; cap++)
            _capCredits[cap] = program.Caps[cap].Credits is { } credits ? Scaling.Whole(credits, Scale) : long.MaxValue;
    }

    /// <summary>One credential has come, with this number; those after it move up. There is room in the words, and nothing to sum or to like.</summary>
    public void Insert(int number)
    {
        Count++;
        Room(ref _mostCredits, Count);
        Grow(ref _credits);
        Grow(ref _certainCredits);
        Grow(ref _preference);
        for (var index = Count - 1; index > number; index--)
            (_credits[index], _certainCredits[index], _preference[index]) = (_credits[index - 1], _certainCredits[index - 1], 0);
        var credential = _holdings[number];
        _credits[number] = _certainCredits[number] = Scaling.Whole(credential.Credits, Scale);
        _preference[number] = 0;
        if (_credits[number] > 0)
            SmallestGain = Math.Min(SmallestGain, _credits[number]);
        Bits.Insert(_certain, FlatGraph.LeafCount, Words, number);
        if (_holdings.IsValid(credential))
            AdmitAll(number, credential, possible: false);
        FindChanged(number);
    }

    private void FindChanged(int number)
    {
        _changed.Count = 0;
        var (word, bit) = (number >> 6, 1UL << number);
        for (var leaf = 0; leaf < FlatGraph.LeafCount; leaf++)
        {
            if ((_certain[(leaf * Words) + word] & bit) != 0)
                _changed.Add(leaf);
        }
    }

    /// <summary>The credential with this number has gone; those after it move down.</summary>
    public void Remove(int number)
    {
        FindChanged(number);
        Count--;
        SmallestGain = Scale;
        for (var index = 0; index < Count; index++)
        {
            if (index >= number)
                (_credits[index], _certainCredits[index]) = (_credits[index + 1], _certainCredits[index + 1]);
            if (_credits[index] > 0)
                SmallestGain = Math.Min(SmallestGain, _credits[index]);
        }

        Bits.Remove(_certain, FlatGraph.LeafCount, Words, number);
    }

    private void Grow<T>(ref T[] array)
    {
        if (array.Length < Count)
            Array.Resize(ref array, Count * 2);
    }

    private void LoadCredentials(Holdings holdings, bool possible)
    {
        Room(ref _credits, Count);
        Room(ref _certainCredits, Count);
        Room(ref _mostCredits, Count);
        Room(ref _preference, Count);
        HasTastes = _isPossiblyMore = false;
        SmallestGain = Scale;
        for (var number = 0; number < Count; number++)
        {
            var credential = holdings[number];
            var certain = _certainCredits[number] = Scaling.Whole(credential.Credits, Scale);
            var most = credential.PossibleCredits is { } worth ? Scaling.Whole(worth, Scale) : certain;
            IsOpenToDoubt |= most > certain;
            _isPossiblyMore |= most > certain;
            _credits[number] = possible ? most : certain;
            _mostCredits[number] = possible ? certain : most;
            _preference[number] = credential.Preference;
            HasTastes |= credential.Preference > 0;
            if (_credits[number] > 0)
                SmallestGain = Math.Min(SmallestGain, _credits[number]);
        }
    }

    private void LoadDemands()
    {
        var leaves = FlatGraph.Leaves;
        Room(ref _demand, leaves.Node.Length);
        for (var leaf = 0; leaf < leaves.Node.Length; leaf++)
            _demand[leaf] = leaves.Credits[leaf].Sign == 0 ? 0 : Scaling.Whole(leaves.Credits[leaf], Scale);
    }

    private void LoadEligibility(Holdings holdings, bool possible)
    {
        var leaves = FlatGraph.Leaves;
        Clear(ref _certain, leaves.Node.Length * Words);
        for (var number = 0; number < Count; number++)
        {
            var credential = holdings[number];
            if (holdings.IsValid(credential))
                AdmitAll(number, credential, possible);
        }

        if (!HasDoubts)
            return;
        for (var word = 0; word < leaves.Node.Length * Words; word++)
            _doubtful[word] &= ~_certain[word];
    }

    private void AdmitAll(int number, Credential credential, bool possible)
    {
        var leafOfGiven = FlatGraph.LeafOfGiven.AsSpan();
        var mayBeRefused = FlatGraph.Leaves.HasAdmissions || FlatGraph.Leaves.HasSubstitutes;
        var (word, bit) = (number >> 6, 1UL << number);
        var eligible = SpanOf(credential.Eligible, ref _eligible);
        foreach (var (given, certain) in eligible)
        {
            var leaf = (uint)given < (uint)leafOfGiven.Length ? leafOfGiven[given] : -1;
            if (leaf < 0)
                throw FlatGraph.NoLeaf(credential, given);
            if (certain && !mayBeRefused)
                _certain[(leaf * Words) + word] |= bit;
            else
                AdmitWithSubstitutes(leaf, number, credential, certain, possible);
        }
    }

    private void AdmitWithSubstitutes(int leaf, int number, Credential credential, bool certain, bool possible)
    {
        Admit(leaf, number, credential, certain, _holdings.At, possible);
        foreach (var substitute in FlatGraph.Leaves.Substitutes[leaf])
            Admit(substitute, number, credential, certain, _holdings.At, possible);
    }

    private void Admit(int leaf, int number, Credential credential, bool certain, DateTimeOffset? at, bool possible)
    {
        if (FlatGraph.Leaves.HasAdmissions && FlatGraph.Leaves.Admission[leaf] is { } admission)
        {
            var verdict = Admissions.Judge(admission, credential.Facts, at);
            if (verdict == Verdict.NotSatisfied)
                return;
            certain &= verdict == Verdict.Satisfied;
        }

        var (word, bit) = ((leaf * Words) + (number >> 6), 1UL << number);
        if (certain)
        {
            _certain[word] |= bit;
            return;
        }

        IsOpenToDoubt = true;
        if (!possible)
            return;
        if (!HasDoubts)
            Clear(ref _doubtful, FlatGraph.LeafCount * Words);
        HasDoubts = true;
        _doubtful[word] |= bit;
    }

    private void LoadPublished(Holdings holdings, IReadOnlyList<Use>? published)
    {
        _hasPublished = published is not null;
        if (published is null)
            return;
        HasTastes = true;
        Clear(ref _kept, FlatGraph.LeafCount * Words);
        for (var index = 0; index < published.Count; index++)
        {
            var (given, credential) = published[index];
            if ((uint)given >= (uint)FlatGraph.Nodes || (uint)credential >= (uint)Count || FlatGraph.LeafOf[FlatGraph.Canonical[given]] is not (>= 0 and var leaf))
                throw new ArgumentException("The published allocation uses what is not there; leave such uses out.", nameof(published));
            var number = holdings.NumberOf(credential);
            _kept[(leaf * Words) + (number >> 6)] |= 1UL << number;
        }
    }

    private void LoadTallies(Holdings holdings, bool possible)
    {
        var tallies = FlatGraph.Tallies;
        if (tallies.Length == 0)
            return;
        Room(ref _tallyBound, tallies.Length);
        Room(ref _tallyValue, tallies.Length * Count);
        for (var index = 0; index < tallies.Length; index++)
        {
            var tally = tallies[index];
            var isCap = tally.Kind == TallyKind.AtMost;
            _tallyBound[index] = tally.Kind == TallyKind.Average ? 0 : Scaling.Whole(tally.Bound, Scale);
            var pointScale = tally.Kind == TallyKind.Average ? PointScale(holdings, tally.Bound.Denominator) : 1;
            for (var number = 0; number < Count; number++)
            {
                var facts = holdings[number].Facts;
                // What may belong to the class counts where that is the careful reading: towards a limit when strict, towards a minimum when generous.
                var counts = tally.Class < 0 || Belongs(facts?.Classes, tally.Class);
                if (!counts && Belongs(facts?.PossibleClasses, tally.Class))
                {
                    IsOpenToDoubt = true;
                    // Towards an average it may help or harm, so that it never counts there: strict and generous read the same.
                    counts = tally.Kind != TallyKind.Average && possible != isCap;
                }

                _tallyValue[(index * Count) + number] = !counts ? 0 : tally.Kind switch
                {
                    TallyKind.Average => facts?.Points is { } points ? AboveAverage(number, points, tally.Bound, pointScale) : 0,
                    TallyKind.AtMost when tally.OfCredits => _mostCredits[number],
                    TallyKind.AtLeast when tally.OfCredits => _credits[number],
                    _ => Scale,
                };
            }
        }
    }

    private static long PointScale(Holdings holdings, long scale)
    {
        for (var number = 0; number < holdings.Count; number++)
        {
            if (holdings[number].Facts?.Points is { } points)
                scale = Scaling.Common(scale, points.Denominator);
        }

        return scale;
    }

    private long AboveAverage(int number, Kernel.Credit.Rational points, Kernel.Credit.Rational average, long scale)
    {
        var above = (Int128)_certainCredits[number] * (Scaling.Whole(points, scale) - Scaling.Whole(average, scale));
        return Int128.Abs(above) <= Cost.Most / Count
            ? (long)above
            : throw new ArgumentException($"Grades in fractions of {scale} on so many credits cannot be summed exactly.", nameof(points));
    }

    private bool Belongs(IReadOnlyList<string>? classes, int wanted)
    {
        for (var index = 0; classes is not null && index < classes.Count; index++)
        {
            if (classes[index] == FlatGraph.Classes[wanted])
                return true;
        }

        return false;
    }
}
