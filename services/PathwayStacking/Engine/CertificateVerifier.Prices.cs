using System.Numerics;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Whether the cheapest way costs more, at stated prices, than all uses that there can be cost together.</summary>
public sealed partial class CertificateVerifier
{
    private int[] _price = [];
    private int[] _places = [];
    private Int128[] _paid = [];
    private Int128[] _paidAnyway = [];
    private readonly List<Offer> _offers = [];
    private readonly List<Int128> _further = [];

    private bool IsTooDear(IReadOnlyList<Price> prices, bool certainOnly)
    {
        if (!SetPrices(prices))
            return false;
        if (_paid.Length == 0)
            (_paid, _paidAnyway) = (new Int128[_nodes.Length], new Int128[_nodes.Length]);
        for (var node = 0; node < _nodes.Length; node++)
        {
            switch (_nodes[node])
            {
                case Leaf leaf:
                    PayLeaf(node, leaf, certainOnly);
                    break;
                case SomeOf group:
                    PayGroup(node, group);
                    break;
                case Tally:
                    (_paid[node], _paidAnyway[node]) = (_paid[_graph.ChildrenOf(node)[0]], _paidAnyway[_graph.ChildrenOf(node)[0]]);
                    break;
                default:
                    (_paid[node], _paidAnyway[node]) = (0, 0);
                    break;
            }

            if (_satisfied[node])
                _paidAnyway[node] = _paid[node];
        }

        var all = Int128.Zero;
        foreach (var (domain, credential, amount) in prices)
            all += (Int128)amount * Math.Min(_domainUses[domain], _places[TokenOf(domain, credential)]);
        return _paid[_graph.Root] > all;
    }

    private int TokenOf(int domain, int credential) => (domain * _credentials.Count) + credential;

    private bool SetPrices(IReadOnlyList<Price> prices)
    {
        var tokens = _domainUses.Length * _credentials.Count;
        if (_price.Length < tokens)
            (_price, _places) = (new int[tokens], new int[tokens]);
        Array.Clear(_price);
        Array.Clear(_places);
        foreach (var (domain, credential, amount) in prices)
        {
            if ((uint)domain >= (uint)_domainUses.Length || (uint)credential >= (uint)_credentials.Count || amount <= 0 || _price[TokenOf(domain, credential)] > 0)
                return false;
            _price[TokenOf(domain, credential)] = amount;
        }

        return true;
    }

    /// <summary>What is assumed used is paid; beside it the cheapest that fill the leaf, of which the last may be used in part.</summary>
    private void PayLeaf(int node, Leaf leaf, bool certainOnly)
    {
        (_paid[node], _paidAnyway[node]) = (0, 0);
        if (_domain[node] < 0)
            return;
        _offers.Clear();
        var (paid, count, credits) = (Int128.Zero, 0, Int128.Zero);
        for (var word = 0; word < _words; word++)
        {
            for (var left = _usable[(node * _words) + word]; left != 0; left &= left - 1)
            {
                var credential = (word * 64) + BitOperations.TrailingZeroCount(left);
                var token = TokenOf(_domain[node], credential);
                var worth = leaf.Credits.Sign > 0 ? Whole(Worth(credential, certainOnly)) : 0;
                _places[token]++;
                if (_assumed.Contains((node, credential)))
                    (paid, count, credits) = (paid + _price[token], count + 1, credits + worth);
                else
                    _offers.Add(new(_price[token], worth));
            }
        }

        _paidAnyway[node] = paid;
        _offers.Sort(static (left, right) => left.Price.CompareTo(right.Price));
        var byCount = Int128.Zero;
        for (var index = 0; index < _offers.Count && count < leaf.Count; index++, count++)
            byCount += _offers[index].Price;
        _paid[node] = paid + Int128.Max(byCount, leaf.Credits.Sign > 0 ? CheapestCredits(Whole(leaf.Credits) - credits) : 0);
    }

    private Int128 CheapestCredits(Int128 wanted)
    {
        var paid = Int128.Zero;
        _offers.RemoveAll(static offer => offer.Worth == 0);
        _offers.Sort(static (left, right) => ((Int128)left.Price * right.Worth).CompareTo((Int128)right.Price * left.Worth));
        for (var index = 0; index < _offers.Count && wanted > 0; index++)
        {
            var (price, worth) = _offers[index];
            paid += wanted >= worth ? price : ((price * wanted) + worth - 1) / worth;
            wanted -= worth;
        }

        return paid;
    }

    /// <summary>As many as are required of those that cost least beyond what is paid anyway. What stands in several places has no leaf with a price.</summary>
    private void PayGroup(int node, SomeOf group)
    {
        _further.Clear();
        _paidAnyway[node] = 0;
        foreach (var child in _graph.ChildrenOf(node))
        {
            _paidAnyway[node] += _paidAnyway[child];
            if (_possible[child])
                _further.Add(_paid[child] - _paidAnyway[child]);
        }

        _paid[node] = _paidAnyway[node];
        if (group.Required < _further.Count)
            _further.Sort();
        for (var index = 0; index < Math.Min(group.Required, _further.Count); index++)
            _paid[node] += _further[index];
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Offer(int Price, long Worth);
}
