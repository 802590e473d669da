using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>The credentials of one evaluation, checked and in canonical order.</summary>
internal sealed class Holdings
{
    private int[] _order = [];
    private int[] _number = [];
    private int[] _scratch = [];

    public IReadOnlyList<Credential> Given { get; private set; } = [];

    public int Count => Given.Count;

    public long Scale { get; private set; }

    public DateTimeOffset? At { get; private set; }

    /// <summary>Where the credential with this canonical number was given.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, Count);

    public int NumberOf(int given) => _number[given];

    public Credential this[int number] => Given[_order[number]];

    /// <exception cref="ArgumentException">Two credentials with one id, or credits that no system knows.</exception>
    public void Take(FlatGraph program, IReadOnlyList<Credential> credentials, DateTimeOffset? at)
    {
        (Given, At, Scale) = (credentials, at, program.Scale);
        Room(ref _order, credentials.Count);
        Room(ref _scratch, credentials.Count);
        for (var index = 0; index < credentials.Count; index++)
        {
            var credential = credentials[index];
            Check(credential);
            Scale = Scaling.Common(Scale, credential.Credits.Denominator);
            if (credential.PossibleCredits is { } possible)
                Scale = Scaling.Common(Scale, possible.Denominator);
            _order[index] = index;
        }

        Sort(byWorth: false);
        for (var index = 1; index < credentials.Count; index++)
        {
            if (string.Equals(this[index].Id, this[index - 1].Id, StringComparison.Ordinal))
                throw new ArgumentException($"Two credentials have the id '{this[index].Id}'.", nameof(credentials));
        }

        Sort(byWorth: true);
        Room(ref _number, credentials.Count);
        for (var number = 0; number < credentials.Count; number++)
            _number[_order[number]] = number;
    }

    /// <summary>Goes on with a list that is in canonical order already, and stays so.</summary>
    public void Adopt(List<Credential> held)
    {
        Given = held;
        for (var number = 0; number < held.Count; number++)
            _order[number] = _number[number] = number;
    }

    /// <summary>The list has one more.</summary>
    public void Grow()
    {
        if (_order.Length < Count)
            Array.Resize(ref _order, Count * 2);
        if (_number.Length < Count)
            Array.Resize(ref _number, Count * 2);
        _order[Count - 1] = _number[Count - 1] = Count - 1;
    }

    /// <summary>Whether it needs no finer scale.</summary>
    public bool Fits(Credential credential) => Scale % credential.Credits.Denominator == 0 && credential.PossibleCredits is null && credential.Preference == 0;

    /// <summary>Its canonical number among the others.</summary>
    public int PlaceFor(Credential credential)
    {
        Check(credential);
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
        if (credential.Preference is < 0 or > Credential.LeastPreferred)
            throw new ArgumentOutOfRangeException(nameof(credential), $"'{credential.Id}': a preference lies between 0 and {Credential.LeastPreferred}.");
    }

    /// <summary>Merge sort, stable, without allocating; nothing to do where it is in order already.</summary>
    private void Sort(bool byWorth)
    {
        var inOrder = true;
        for (var index = 1; index < Count && inOrder; index++)
            inOrder = Compare(_order[index - 1], _order[index], byWorth) <= 0;
        if (inOrder)
            return;
        for (var width = 1; width < Count; width *= 2)
        {
            for (var start = 0; start < Count; start += 2 * width)
            {
                var (left, middle, end) = (start, Math.Min(start + width, Count), Math.Min(start + (2 * width), Count));
                var right = middle;
                for (var into = start; into < end; into++)
                {
                    var takesLeft = left < middle && (right >= end || Compare(_order[left], _order[right], byWorth) <= 0);
                    _scratch[into] = takesLeft ? _order[left++] : _order[right++];
                }
            }

            (_order, _scratch) = (_scratch, _order);
            // The buffers may differ in length beyond what is used.
        }
    }

    private int Compare(int left, int right, bool byWorth)
    {
        var (first, second) = (Given[left], Given[right]);
        if (!byWorth)
            return string.CompareOrdinal(first.Id, second.Id);
        return Worth(second).CompareTo(Worth(first));
    }

    private long Worth(Credential credential) => Scaling.Whole(credential.PossibleCredits ?? credential.Credits, Scale);
}
