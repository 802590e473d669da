using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What is at auction, in which coin, and the best way found.</summary>
internal sealed partial class Auction
{
    // Deeper recursion could exhaust the stack.
    private const int MostTokens = 3_000;
    private const long MostCoins = Barred;

    // So fine that three can share what is worth two.
    private const long FineCoins = 64;

    private IntList _bestGroups = new();
    private IntList _bestEdges = new();
    private IntList _bestLeaves = new();
    private ulong[] _bestTaken = [];
    private long _missingCoins;
    private long _coins;
    private int _shift;

    /// <summary>The way found becomes the solver's.</summary>
    public void Settle()
    {
        foreach (var group in _bestGroups.Items)
            _solver.SelectedEdges(group).Clear();
        foreach (var edge in _bestEdges.Items)
            _solver.Select(edge);
        for (var index = 0; index < _bestLeaves.Count; index++)
            _bestTaken.AsSpan(index * _instance.Words, _instance.Words).CopyTo(_solver.Taken(_bestLeaves[index]));
    }

    private void Remember()
    {
        _bestGroups.Count = _bestEdges.Count = _bestLeaves.Count = 0;
        Room(ref _bestTaken, _wishes.Count * _instance.Words);
        var leaf = 0;
        foreach (var node in _nodes.Items)
        {
            if (_program.LeafOf[node] >= 0)
                RememberLeaf(leaf++, _isOn[node]);
            else if (_isOn[node])
                RememberGroup(node);
        }
    }

    private void RememberLeaf(int index, bool isOn)
    {
        if (!isOn)
            return;
        _wishes.Take(index, _bestTaken.AsSpan(_bestLeaves.Count * _instance.Words, _instance.Words));
        _bestLeaves.Add(_wishes.LeafAt(index));
    }

    private void RememberGroup(int node)
    {
        _bestGroups.Add(node);
        var required = Required(node);
        Rank(_program.ChildrenOf(node), required);
        for (var index = 0; index < required; index++)
            _bestEdges.Add(_program.ChildStart[node] + _ranked[index]);
    }

    /// <summary>All that competes, parents first, and the tokens that more leaves want than can have them.</summary>
    private bool Gather(ReadOnlySpan<int> parts)
    {
        if (_instance.HasDoubts)
            return false;
        _nodes.Count = _parts.Count = _tokens.Count = _changed.Count = 0;
        _wishes.Start(_instance);
        foreach (var part in parts)
        {
            _parts.Add(part);
            _nodes.Add(part);
        }

        for (var index = 0; index < _nodes.Count; index++)
        {
            if (!Gather(_nodes[index]))
                return false;
        }

        if (!Mint())
            return false;
        _roundCost = 1 + ((_nodes.Count + _wishes.Entries) / 40);
        FindContested();
        return _tokens.Count <= MostTokens;
    }

    private bool Gather(int node)
    {
        if (_program.LeafOf[node] is >= 0 and var leaf)
            return !(_program.Leaves.Domain[leaf] is >= 0 and var domain && _program.IsCapped[domain]) && _wishes.Add(leaf);
        if (_program.Kind[node] != NodeKind.SomeOf)
            return false;
        foreach (var child in _program.ChildrenOf(node))
        {
            if (_solver.IsOpen(child))
                _nodes.Add(child);
            else if (_solver.Best(child).Doubt > 0)
                return false;
        }

        return true;
    }

    private void FindContested()
    {
        var tokens = _program.Uses.Length * _instance.Count;
        Clear(ref _isOn, _program.Nodes);
        Clear(ref _isBarred, _program.Nodes);
        Clear(ref _price, tokens);
        Clear(ref _bestPrice, tokens);
        Clear(ref _wished, tokens);
        Clear(ref _buyers, tokens);
        Room(ref _capacity, tokens);
        for (var entry = 0; entry < _wishes.Entries; entry++)
        {
            var token = _wishes.TokenOf(entry);
            if (token < 0)
                continue;
            _capacity[token] = _program.Uses[token / _instance.Count];
            if (++_buyers[token] == _capacity[token] + 1)
                _tokens.Add(token);
        }
    }

    /// <summary>One number for what is missing and for the rest, in which nothing of the second outweighs the first. False where it would be too large.</summary>
    private bool Mint()
    {
        // Without tastes the rest is whole uses.
        _shift = _instance.HasTastes ? 0 : BitOperations.TrailingZeroCount(Cost.OneUse);
        var most = new Cost(1, 0, 1L << _shift);
        for (var index = 0; index < _wishes.Count; index++)
            most += new Cost(_instance.MissingOf(_wishes.LeafAt(index), 0, 0), 0, 0);
        for (var entry = 0; entry < _wishes.Entries; entry++)
            most += new Cost(0, 0, _wishes.PaidFor(entry));
        foreach (var node in _nodes.Items)
        {
            most += new Cost(Shortage(node), 0, 0);
            foreach (var child in _program.ChildrenOf(node))
                most += _solver.IsOpen(child) ? default : _solver.Best(child);
        }

        var rest = most.Rest >> _shift;
        if (rest > MostCoins / most.Missing)
            return false;
        _coins = rest > MostCoins / most.Missing / FineCoins ? 1 : FineCoins;
        _missingCoins = rest * _coins;
        _wishes.Weigh(_missingCoins, _shift, _coins);
        Room(ref _value, _program.Nodes);
        foreach (var node in _nodes.Items)
        {
            foreach (var child in _program.ChildrenOf(node))
            {
                if (!_solver.IsOpen(child))
                    _value[child] = CoinsOf(_solver.Best(child));
            }
        }

        return true;
    }

    private long CoinsOf(Cost cost) => (cost.Missing * _missingCoins) + ((cost.Rest >> _shift) * _coins);

    private Cost CostOf(long coins)
    {
        coins = Math.Max(0, coins + _coins - 1);
        return new(coins / _missingCoins, 0, coins % _missingCoins / _coins << _shift);
    }

    /// <summary>What is missing of a node itself, whatever is chosen below.</summary>
    private long Shortage(int node)
        => _program.Kind[node] == NodeKind.SomeOf ? Math.Max(0, _program.Required[node] - _program.ChildrenOf(node).Length) * _instance.Scale : 0;
}
