using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Solves a block in which leaves only compete for credentials. Each contested credential has a price, and every node goes its cheapest way alone, paying for what it uses: what all
/// cost then, less all prices, no legal way undercuts (Lagrangian relaxation). Prices rise where too many wish for one credential and fall where nobody does. Wishes that can all be
/// granted are a way; where they stay at odds, the search branches (<see cref="Explore"/>), which seldom takes many branches: elsewhere they agree.
/// </summary>
internal sealed partial class Auction
{
    private const int RoundsAtFirst = 150;
    private const int Rounds = 30;
    private const int Patience = 3;

    private readonly Wishes _wishes = new();
    private Solver _solver = null!;
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private Budget _budget = null!;
    private IntList _nodes = new();
    private IntList _parts = new();
    private IntList _tokens = new();
    private long[] _value = [];
    private bool[] _isOn = [];
    private int[] _times = [];
    private int[] _ranked = [];
    private int[] _capacity = [];
    private int[] _buyers = [];
    private int[] _wished = [];
    private long[] _price = [];
    private long[] _bestPrice = [];
    private int _roundCost;
    private bool _isRefining;
    private long _floor;
    private long _least;
    private long _limit;

    /// <summary>Whether something better than what was known has been found.</summary>
    public bool HasFound { get; private set; }

    /// <summary>How many blocks were auctioned.</summary>
    public int Held { get; private set; }

    public Cost Best => CostOf(_least);

    /// <summary>False where more than competition is at play, or numbers are so large that prices would not hold them.</summary>
    /// <param name="known">What a way that is known costs: something better is looked for.</param>
    public bool Run(Solver solver, ReadOnlySpan<int> parts, Cost known, Budget budget)
    {
        (_solver, _instance, _program, _budget, HasFound) = (solver, solver.Instance, solver.FlatGraph, budget, false);
        if (known.Doubt > 0 || !Gather(parts))
            return false;
        Held++;
        _least = _limit = CoinsOf(known);
        _isRefining = false;
        _floor = Bargain(RoundsAtFirst);
        _isRefining = CostOf(_floor).Missing == CostOf(_least).Missing;
        // Far from the floor there is much to search and seldom anything to find: first near it.
        for (var more = Math.Max(1, Scaling.Times(_missingCoins, _instance.Scale) / 2); ; more = Scaling.Times(more, 2))
        {
            _limit = Math.Min(_least, _floor + more);
            Explore(Bargain(Rounds));
            if (_least <= _floor + more || _budget.WasShort)
                return true;
        }
    }

    private bool MayGoOn() => _budget.SpendOnBoth(_isRefining, _roundCost);

    /// <summary>Subgradient steps towards what is hoped for, shorter ones where nothing is gained. The bound at the best prices.</summary>
    private long Bargain(int rounds)
    {
        var (best, stale, part) = (long.MinValue, 0, 0);
        Clear(ref _times, _program.Nodes);
        for (var round = 0; round < rounds && MayGoOn(); round++)
        {
            var value = Evaluate();
            if (value > best)
            {
                (best, stale) = (value, 0);
                foreach (var token in _tokens.Items)
                    _bestPrice[token] = _price[token];
                if (best > _limit - _coins)
                    return best;
            }
            else if (++stale > Patience)
            {
                (stale, part) = (0, Math.Min(part + 1, 62));
                foreach (var token in _tokens.Items)
                    _price[token] = _bestPrice[token];
                continue;
            }

            var apart = Apart();
            if (apart == 0)
                return best;
            Move(Math.Max(1, ((_limit - value) * 2 >> part) / apart));
        }

        foreach (var token in _tokens.Items)
            _price[token] = _bestPrice[token];
        return Evaluate();
    }

    /// <summary>How far wishes are from what there is: 0 when they can all be granted and nothing that has a price is left.</summary>
    private long Apart()
    {
        var apart = 0L;
        foreach (var token in _tokens.Items)
        {
            var over = (long)_wished[token] - _capacity[token];
            if (over > 0 || _price[token] > 0)
                apart += over * over;
        }

        return apart;
    }

    private void Move(long step)
    {
        foreach (var token in _tokens.Items)
            _price[token] = _buyers[token] == 0 ? 0 : Math.Max(0, _price[token] + (step * (_wished[token] - _capacity[token])));
    }

    /// <summary>Every node at its cheapest, then who wishes for what.</summary>
    private long Evaluate()
    {
        // Prices of many uses that nobody can pay together leave 64 bits.
        var value = Int128.Zero;
        foreach (var token in _tokens.Items)
        {
            value -= (Int128)_price[token] * _capacity[token];
            _wished[token] = 0;
        }

        var leaf = _wishes.Count;
        for (var index = _nodes.Count - 1; index >= 0; index--)
        {
            var node = _nodes[index];
            _isOn[node] = false;
            _value[node] = _program.LeafOf[node] >= 0 ? _wishes.Cheapest(--leaf, _price) : CheapestOf(node);
        }

        foreach (var part in _parts.Items)
        {
            value += _value[part];
            _isOn[part] = true;
        }

        foreach (var node in _nodes.Items)
        {
            if (_program.LeafOf[node] < 0)
                Choose(node);
            else
                _wishes.CountBought(leaf++, _isOn[node], _wished);
        }

        Grant(value);
        return (long)Int128.Max(-Barred, value);
    }

    /// <summary>Wishes that can all be granted are a way: it costs what is paid, with the prices of what is left over.</summary>
    private void Grant(Int128 value)
    {
        foreach (var token in _tokens.Items)
        {
            var left = _capacity[token] - _wished[token];
            if (left < 0)
                return;
            value += (Int128)_price[token] * left;
        }

        if (value >= _limit)
            return;
        (_least, _limit, HasFound) = ((long)value, (long)value, true);
        _isRefining = CostOf(_floor).Missing == Best.Missing;
        Remember();
    }

    private int Required(int node) => Math.Clamp(_program.Required[node], 0, _program.ChildrenOf(node).Length);

    private long CheapestOf(int node)
    {
        var children = _program.ChildrenOf(node);
        var required = Required(node);
        var value = Shortage(node) * _missingCoins;
        if (required == 1)
        {
            var least = long.MaxValue;
            foreach (var child in children)
                least = Math.Min(least, ValueOf(child));
            return value + least;
        }

        Rank(children, required);
        for (var index = 0; index < required; index++)
            value += ValueOf(children[_ranked[index]]);
        return value;
    }

    private void Choose(int node)
    {
        if (!_isOn[node])
            return;
        var children = _program.ChildrenOf(node);
        var required = Required(node);
        Rank(children, required);
        for (var index = 0; index < required; index++)
        {
            var child = children[_ranked[index]];
            _isOn[child] = true;
            _times[child]++;
        }
    }

    /// <summary>The cheapest children first, where not all are asked for; among equals the canonical order decides.</summary>
    private void Rank(ReadOnlySpan<int> children, int required)
    {
        Room(ref _ranked, children.Length);
        for (var index = 0; index < children.Length; index++)
        {
            var at = index;
            for (; required < children.Length && at > 0 && ValueOf(children[index]) < ValueOf(children[_ranked[at - 1]]); at--)
                _ranked[at] = _ranked[at - 1];
            _ranked[at] = index;
        }
    }

    private long ValueOf(int child) => _isBarred[child] ? Barred : _value[child];
}
