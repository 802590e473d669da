namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Looks for prices at which even the cheapest way costs more than all uses that there can be cost together (<see cref="RefutationKind.Prices"/>). They rise
/// where the cheapest way wants more than there is and fall where it leaves something, and what moved them before goes on moving them (deflected subgradients).
/// </summary>
internal sealed partial class Pricing
{
    private const int Rounds = 250;
    private const int RoundsBelowSplits = 60;

    // Over all searches of one proof, counted in nodes and offers looked at: some ten milliseconds.
    private const long MostWork = 1_000_000;

    /// <summary>The most that a price can be, so fine that rounding does not matter while it moves.</summary>
    private const long Dearest = 1L << 20;

    // What moved a price goes on with three quarters of its force; every ten rounds steps get a tenth shorter.
    private const int RoundsOfOneLength = 10;
    private const long Whole = 256;
    private const long Lasting = 192;

    private readonly Instance _instance;
    private readonly FlatGraph _program;
    private readonly long[] _moving;
    private readonly long[] _rounded;
    private readonly long[] _impetus;
    private readonly bool[] _wasContested;
    private readonly List<int> _tokens = [];
    private long[] _price;
    private long _workLeft = MostWork;
    private int _rounds;

    public Pricing(Instance instance)
    {
        (_instance, _program) = (instance, instance.FlatGraph);
        var tokens = _program.Uses.Length * instance.Count;
        (_moving, _rounded, _impetus, _wasContested) = (new long[tokens], new long[tokens], new long[tokens], new bool[tokens]);
        (_wished, _places, _price) = (new long[tokens], new int[tokens], _moving);
        (_paid, _paidAnyway, _isOn, _times) = (new long[_program.Nodes], new long[_program.Nodes], new bool[_program.Nodes], new int[_program.Nodes]);
        (_chosen, _ranked) = (new int[_program.Nodes], new int[_program.Child.Length]);
        (_offers, _taken, _lastPart) = ([.. Enumerable.Range(0, _program.LeafCount).Select(_ => new List<Offer>())], new int[_program.LeafCount], new long[_program.LeafCount]);
        (_cheapestFirst, _bestWorthFirst) = (CompareByPrice, CompareByWorth);
    }

    /// <summary>Of the last search: in how many rounds the node was part of the cheapest way, or was not, whichever is less.</summary>
    public int Torn(int node) => Math.Min(_times[node], _rounds - _times[node]);

    /// <summary>Null where there are none, or none are found.</summary>
    /// <param name="usable">By leaf, which credentials may be used.</param>
    /// <param name="used">Which are assumed to be.</param>
    /// <param name="assumed">Nodes that are assumed to hold.</param>
    /// <param name="alive">Nodes that can.</param>
    public IReadOnlyList<Price>? Find(ReadOnlySpan<ulong> usable, List<(int Leaf, int Credential)> used, bool[] assumed, bool[] alive)
    {
        _rounds = 0;
        Array.Clear(_times);
        var work = Gather(usable, used, assumed, alive);
        if (_tokens.Count == 0)
            return null;
        var most = _workLeft == MostWork ? Rounds : RoundsBelowSplits;
        var length = Whole;
        while (_rounds < most && _workLeft >= work)
        {
            _workLeft -= work;
            _rounds++;
            var lead = Evaluate();
            if (lead > 0)
                return Round();
            if (_rounds % RoundsOfOneLength == 0)
                length -= length / 10;
            if (!Move((Dearest / 4) - lead, length))
                return null;
        }

        return null;
    }

    /// <summary>Towards a lead of a quarter of the dearest price. False when the cheapest way wants just what there is.</summary>
    private bool Move(Int128 lag, long length)
    {
        var force = Int128.Zero;
        foreach (var token in _tokens)
        {
            var wanting = _wished[token] - (CapacityOf(token) * Whole);
            _impetus[token] = (_price[token] == 0 ? Math.Max(0, wanting) : wanting) + (_impetus[token] * Lasting / Whole);
            force += (Int128)_impetus[token] * _impetus[token];
        }

        if (force == 0)
            return false;
        foreach (var token in _tokens)
            _price[token] = (long)Int128.Clamp(_price[token] + (lag * length * _impetus[token] / force), 0, Dearest);
        return true;
    }

    /// <summary>In the smallest numbers that do.</summary>
    private List<Price> Round()
    {
        _price = _rounded;
        var scale = 1L;
        do
        {
            foreach (var token in _tokens)
                _rounded[token] = ((_moving[token] * scale) + (Dearest / 2)) / Dearest;
            scale *= 2;
        }
        while (Evaluate() <= 0);
        _price = _moving;
        return [.. _tokens.Where(token => _rounded[token] > 0)
            .Select(token => new Price(token / _instance.Count, _instance.GivenCredential(token % _instance.Count), (int)_rounded[token]))
            .OrderBy(price => price.Domain).ThenBy(price => price.Credential)];
    }
}
