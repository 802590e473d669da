using System.Numerics;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What the cheapest way costs at given prices, and what it wishes for.</summary>
internal sealed partial class Pricing
{
    private readonly Comparison<Offer> _cheapestFirst;
    private readonly Comparison<Offer> _bestWorthFirst;
    private readonly List<Offer>[] _offers;
    private readonly int[] _places;
    private readonly long[] _wished;
    private readonly long[] _paid;
    private readonly long[] _paidAnyway;
    private readonly bool[] _isOn;
    private readonly int[] _times;
    private readonly int[] _taken;
    private readonly long[] _lastPart;
    private readonly int[] _chosen;
    private readonly int[] _ranked;
    private readonly List<(long Further, int Child)> _further = [];
    private bool[] _assumed = [];
    private bool[] _alive = [];

    /// <summary>How many uses of it there can be.</summary>
    private long CapacityOf(int token) => _program.Uses[token / _instance.Count];

    /// <summary>What each leaf may use, and what more leaves want than can have it. How much work one round is.</summary>
    private int Gather(ReadOnlySpan<ulong> usable, List<(int Leaf, int Credential)> used, bool[] assumed, bool[] alive)
    {
        (_assumed, _alive) = (assumed, alive);
        _tokens.Clear();
        Array.Clear(_places);
        Array.Clear(_impetus);
        var work = _program.Nodes;
        for (var leaf = 0; leaf < _offers.Length; leaf++)
        {
            _offers[leaf].Clear();
            if (_program.Leaves.Domain[leaf] is not (>= 0 and var domain))
                continue;
            for (var word = 0; word < _instance.Words; word++)
            {
                for (var left = usable[(leaf * _instance.Words) + word]; left != 0; left &= left - 1)
                {
                    var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                    var token = (domain * _instance.Count) + credential;
                    _offers[leaf].Add(new(token, _instance.CreditsOf(credential), used.Contains((leaf, credential))));
                    if (++_places[token] == _program.Uses[domain] + 1)
                        _tokens.Add(token);
                }
            }

            work += _offers[leaf].Count;
        }

        foreach (var token in _tokens.Where(token => !_wasContested[token]))
        {
            // Near what most come to be: from nothing it takes several times as many rounds.
            _moving[token] = Dearest / 3;
            _wasContested[token] = true;
        }

        foreach (var offers in _offers)
        {
            foreach (ref var offer in CollectionsMarshal.AsSpan(offers))
                offer = _places[offer.Token] > CapacityOf(offer.Token) ? offer : offer with { Token = -1 - offer.Token };
        }

        return work;
    }

    /// <summary>By how much the cheapest way costs more than all that is contested.</summary>
    private long Evaluate()
    {
        for (var node = 0; node < _program.Nodes; node++)
        {
            (_paid[node], _paidAnyway[node], _isOn[node]) = (0, 0, _assumed[node]);
            switch (_program.Kind[node])
            {
                case NodeKind.Leaf:
                    PayLeaf(node, _program.LeafOf[node]);
                    break;
                case NodeKind.SomeOf:
                    PayGroup(node);
                    break;
                case NodeKind.Tally:
                    var child = _program.ChildrenOf(node)[0];
                    (_paid[node], _paidAnyway[node]) = (_paid[child], _paidAnyway[child]);
                    (_chosen[node], _ranked[_program.ChildStart[node]]) = (1, child);
                    break;
            }

            if (_assumed[node])
                _paidAnyway[node] = _paid[node];
        }

        var lead = _paid[_program.Root];
        foreach (var token in _tokens)
        {
            lead -= _price[token] * CapacityOf(token);
            _wished[token] = 0;
        }

        _isOn[_program.Root] = true;
        for (var node = _program.Nodes - 1; node >= 0; node--)
            Wish(node);
        return lead;
    }

    private long PriceOf(in Offer offer) => offer.Token < 0 ? 0 : _price[offer.Token];

    private void PayLeaf(int node, int leaf)
    {
        var offers = _offers[leaf];
        var (count, credits, paid) = (0, 0L, 0L);
        offers.Sort(_cheapestFirst);
        for (; count < offers.Count && offers[count].IsUsed; count++)
            (credits, paid) = (credits + offers[count].Worth, paid + PriceOf(offers[count]));
        var used = count;
        _paid[node] = _paidAnyway[node] = paid;
        for (; count < offers.Count && count < _program.Leaves.Count[leaf]; count++)
            _paid[node] += PriceOf(offers[count]);
        (_taken[leaf], _lastPart[leaf]) = (count, Whole);
        if (_instance.Demand(leaf) > credits)
            PayCredits(node, leaf, used, paid, _instance.Demand(leaf) - credits);
    }

    /// <summary>Those that are worth most for their price, the last of them in part; unless so many as are asked for cost more.</summary>
    private void PayCredits(int node, int leaf, int used, long paid, long wanted)
    {
        var offers = _offers[leaf];
        offers.Sort(_bestWorthFirst);
        var (count, part) = (used, Whole);
        for (; count < offers.Count && wanted > 0 && offers[count].Worth > 0; count++)
        {
            var (price, worth) = (PriceOf(offers[count]), offers[count].Worth);
            if (wanted >= worth)
                paid += price;
            else
                (paid, part) = (paid + (long)((((Int128)price * wanted) + worth - 1) / worth), Math.Max(1, (long)((Int128)Whole * wanted / worth)));
            wanted -= worth;
        }

        if (paid >= _paid[node])
            (_paid[node], _taken[leaf], _lastPart[leaf]) = (paid, count, part);
        else
            offers.Sort(_cheapestFirst);
    }

    private void PayGroup(int node)
    {
        _further.Clear();
        foreach (var child in _program.ChildrenOf(node))
        {
            _paidAnyway[node] += _paidAnyway[child];
            if (_alive[child])
                _further.Add((_paid[child] - _paidAnyway[child], child));
        }

        var required = Math.Min(_program.Required[node], _further.Count);
        if (required < _further.Count)
            _further.Sort();
        _paid[node] = _paidAnyway[node];
        _chosen[node] = required;
        for (var index = 0; index < required; index++)
        {
            _paid[node] += _further[index].Further;
            _ranked[_program.ChildStart[node] + index] = _further[index].Child;
        }
    }

    /// <summary>Parents come first: what is on turns on what it has chosen.</summary>
    private void Wish(int node)
    {
        _times[node] += _isOn[node] ? 1 : 0;
        if (_program.LeafOf[node] is >= 0 and var leaf)
        {
            var offers = CollectionsMarshal.AsSpan(_offers[leaf]);
            var taken = _isOn[node] ? _taken[leaf] : offers.Length;
            for (var index = 0; index < taken; index++)
            {
                ref var offer = ref offers[index];
                if (offer.Token >= 0 && (_isOn[node] || offer.IsUsed))
                    _wished[offer.Token] += index == taken - 1 && !offer.IsUsed ? _lastPart[leaf] : Whole;
            }
        }

        for (var index = 0; _isOn[node] && index < _chosen[node]; index++)
            _isOn[_ranked[_program.ChildStart[node] + index]] = true;
    }

    private int CompareByPrice(Offer left, Offer right)
    {
        var order = right.IsUsed.CompareTo(left.IsUsed);
        order = order != 0 ? order : PriceOf(left).CompareTo(PriceOf(right));
        return order != 0 ? order : left.Token.CompareTo(right.Token);
    }

    private int CompareByWorth(Offer left, Offer right)
    {
        var order = right.IsUsed.CompareTo(left.IsUsed);
        order = order != 0 ? order : (left.Worth == 0).CompareTo(right.Worth == 0);
        order = order != 0 ? order : ((Int128)PriceOf(left) * right.Worth).CompareTo((Int128)PriceOf(right) * left.Worth);
        return order != 0 ? order : left.Token.CompareTo(right.Token);
    }

    /// <param name="Token">A credential in a domain; negative where nobody has to do without it.</param>
    /// <param name="IsUsed">It is assumed to be.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Offer(int Token, long Worth, bool IsUsed);
}
