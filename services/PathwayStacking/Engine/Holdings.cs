using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>The credentials of one evaluation, checked and in canonical order.</summary>
internal sealed class Holdings
{
    private Credential[] _ordered = [];
    private long[] _worth = [];
    private int[] _order = [];
    private int[] _number = [];
    private int[] _scratch = [];
    private Credential[] _copy = [];
    private Eligibility[] _eligible = [];
    private FlatGraph _program = null!;
    private long _total;

    public IReadOnlyList<Credential> Given { get; private set; } = [];

    public int Count { get; private set; }

    public long Scale { get; private set; }

    public DateTimeOffset? At { get; private set; }

    /// <summary>Where the credential with this canonical number was given.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, Count);

    public int NumberOf(int given) => _number[given];

    public Credential this[int number] => _ordered[number];

    /// <exception cref="ArgumentException">Two credentials with one id, or credits that no system knows or nobody can sum exactly.</exception>
    public void Take(FlatGraph program, IReadOnlyList<Credential> credentials, DateTimeOffset? at)
    {
        (Given, At, Scale, Count, _program) = (credentials, at, program.Scale, credentials.Count, program);
        var given = SpanOf(credentials, ref _copy);
        Room(ref _order, Count);
        for (var index = 0; index < Count; index++)
        {
            var credential = given[index];
            Check(credential);
            Scale = ScaleFor(credential);
            _order[index] = index;
        }

        Weigh(given);
        Sort(given);
        Room(ref _number, Count);
        Room(ref _ordered, Count);
        for (var number = 0; number < Count; number++)
        {
            _number[_order[number]] = number;
            _ordered[number] = given[_order[number]];
        }
    }

    /// <summary>Goes on with a list that is in canonical order already, and stays so.</summary>
    public void Adopt(List<Credential> held)
    {
        Given = held;
        for (var number = 0; number < held.Count; number++)
            _order[number] = _number[number] = number;
    }

    /// <summary>The list has one more, with this number.</summary>
    public void Insert(int number, Credential credential)
    {
        Count++;
        if (_ordered.Length < Count)
            Array.Resize(ref _ordered, Count * 2);
        if (_order.Length < Count)
            Array.Resize(ref _order, Count * 2);
        if (_number.Length < Count)
            Array.Resize(ref _number, Count * 2);
        _ordered.AsSpan(number, Count - 1 - number).CopyTo(_ordered.AsSpan(number + 1));
        _ordered[number] = credential;
        _total += Worth(credential, Scale);
        _order[Count - 1] = _number[Count - 1] = Count - 1;
    }

    /// <summary>The list has one less.</summary>
    public void Remove(int number)
    {
        Count--;
        _total -= Worth(_ordered[number], Scale);
        _ordered.AsSpan(number + 1, Count - number).CopyTo(_ordered.AsSpan(number));
    }

    /// <summary>Whether it needs no finer scale.</summary>
    public bool Fits(Credential credential) => Scale % credential.Credits.Denominator == 0 && credential.PossibleCredits is null && credential.Preference == 0;

    /// <summary>Its canonical number among the others.</summary>
    /// <exception cref="ArgumentException">As of <see cref="Take"/>, or it is eligible for what is no leaf.</exception>
    public int PlaceFor(Credential credential)
    {
        Check(credential);
        var leafOfGiven = _program.LeafOfGiven.AsSpan();
        foreach (var (given, _) in SpanOf(credential.Eligible, ref _eligible))
        {
            if ((uint)given >= (uint)leafOfGiven.Length || leafOfGiven[given] < 0)
                throw FlatGraph.NoLeaf(credential, given);
        }

        var scale = ScaleFor(credential);
        RefuseTooMuch(((Int128)_total * (scale / Scale)) + Worth(credential, scale), scale);
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = (this[middle].PossibleCredits ?? this[middle].Credits).CompareTo(credential.PossibleCredits ?? credential.Credits);
            var isBefore = order != 0 ? order > 0 : string.CompareOrdinal(this[middle].Id, credential.Id) < 0;
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    public bool IsValid(Credential credential)
        => At is not { } at || credential.Facts is not { } facts || (!(facts.Awarded > at) && !(facts.ValidUntil <= at));

    private static void Check(Credential credential)
    {
        _ = Requirement.Checked(credential.Credits);
        if (credential.PossibleCredits is { } possible && Requirement.Checked(possible) < credential.Credits)
            throw new ArgumentException($"'{credential.Id}' is certainly worth more than it possibly is.", nameof(credential));
        if (credential.Facts?.Points is { } points)
            _ = Requirement.Checked(points.Sign < 0 ? -points : points);
        if (credential.Preference is < 0 or > Credential.LeastPreferred)
            throw new ArgumentOutOfRangeException(nameof(credential), $"'{credential.Id}': a preference lies between 0 and {Credential.LeastPreferred}.");
    }

    private long ScaleFor(Credential credential)
    {
        var scale = Scaling.Common(Scale, credential.Credits.Denominator);
        return credential.PossibleCredits is { } possible ? Scaling.Common(scale, possible.Denominator) : scale;
    }

    private static long Worth(Credential credential, long scale) => Scaling.Whole(credential.PossibleCredits ?? credential.Credits, scale);

    private void Weigh(ReadOnlySpan<Credential> given)
    {
        Room(ref _worth, Count);
        var total = Int128.Zero;
        for (var index = 0; index < Count; index++)
            total += _worth[index] = Worth(given[index], Scale);
        RefuseTooMuch(total, Scale);
        _total = (long)total;
    }

    /// <summary>So that all sums of what is held, as often as it is used, and of what can be missing stay in 64 bits.</summary>
    private void RefuseTooMuch(Int128 total, long scale)
    {
        if (total * _program.MostUses > Cost.Most || (Int128)_program.MostMissing * scale > Cost.Most)
            throw new ArgumentException($"So many credits, in fractions of {scale}, cannot be summed exactly.", nameof(total));
    }

    private void Sort(ReadOnlySpan<Credential> given)
    {
        if (!AreInOrder(given, byWorth: false))
        {
            Merge(given, byWorth: false);
            for (var index = 1; index < Count; index++)
            {
                if (Compare(given, _order[index - 1], _order[index], byWorth: false) == 0)
                    throw new ArgumentException($"Two credentials have the id '{given[_order[index]].Id}'.", nameof(given));
            }
        }

        if (!AreInOrder(given, byWorth: true))
            Merge(given, byWorth: true);
    }

    /// <summary>By id, whether strictly: then no two are the same.</summary>
    private bool AreInOrder(ReadOnlySpan<Credential> given, bool byWorth)
    {
        for (var index = 1; index < Count; index++)
        {
            if (Compare(given, _order[index - 1], _order[index], byWorth) is var order && (order > 0 || (order == 0 && !byWorth)))
                return false;
        }

        return true;
    }

    /// <summary>Merge sort, stable, without allocating.</summary>
    private void Merge(ReadOnlySpan<Credential> given, bool byWorth)
    {
        Room(ref _scratch, Count);
        for (var width = 1; width < Count; width *= 2)
        {
            for (var start = 0; start < Count; start += 2 * width)
            {
                var (left, middle, end) = (start, Math.Min(start + width, Count), Math.Min(start + (2 * width), Count));
                var right = middle;
                for (var into = start; into < end; into++)
                {
                    var takesLeft = left < middle && (right >= end || Compare(given, _order[left], _order[right], byWorth) <= 0);
                    _scratch[into] = takesLeft ? _order[left++] : _order[right++];
                }
            }

            (_order, _scratch) = (_scratch, _order);
        }
    }

    /// <summary>The largest first, or by id.</summary>
    private int Compare(ReadOnlySpan<Credential> given, int left, int right, bool byWorth)
        => byWorth ? _worth[right].CompareTo(_worth[left]) : string.CompareOrdinal(given[left].Id, given[right].Id);
}
