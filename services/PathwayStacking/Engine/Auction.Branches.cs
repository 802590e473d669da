namespace Pathways.PathwayStacking.Engine;

/// <summary>Where wishes stay at odds: a choice goes one way or does not, a credential is kept for one leaf or that leaf does without.</summary>
internal sealed partial class Auction
{
    private const long Barred = 1L << 58;

    // A choice that went another way so often while prices moved is what the bound is too low for.
    private const int TornTimes = 4;

    private bool[] _isBarred = [];
    private IntList _changed = new();

    private void Explore(long floor)
    {
        var mark = _changed.Count;
        for (; floor <= _limit - _coins && MayGoOn(); floor = Bargain(Rounds))
        {
            var before = _changed.Count;
            if (FindTorn() is >= 0 and var child)
            {
                BarOthers(child);
                Explore(Bargain(Rounds));
                Undo(before);
                Bar(child);
            }
            else if (FindDisputed() is >= 0 and var entry)
            {
                Keep(entry);
                Explore(Bargain(Rounds));
                Undo(before);
                Change(entry, Right.Denied);
            }
            else
            {
                // Nobody is at odds, and yet the bound is below what their wishes cost.
                _budget.Exhaust();
            }
        }

        Undo(mark);
    }

    /// <summary>Of the "any of" that changed its mind most often, the child that it took most often. -1 when they were all steady.</summary>
    private int FindTorn()
    {
        var (torn, most) = (-1, TornTimes);
        foreach (var node in _nodes.Items)
        {
            if (_program.LeafOf[node] >= 0 || Required(node) != 1 || HasSharedChild(node))
                continue;
            var (all, oftenest) = (0, -1);
            foreach (var child in _program.ChildrenOf(node))
            {
                all += _times[child];
                if (oftenest < 0 || _times[child] > _times[oftenest])
                    oftenest = child;
            }

            if (all - _times[oftenest] > most)
                (torn, most) = (oftenest, all - _times[oftenest]);
        }

        return torn;
    }

    /// <summary>What stands in several places must not be barred from all of them.</summary>
    private bool HasSharedChild(int node)
    {
        foreach (var child in _program.ChildrenOf(node))
        {
            if (_program.Parent[child] != node)
                return true;
        }

        return false;
    }

    /// <summary>A wish for what too many wish for, at the highest price; or for what has a price and nobody takes. -1 when there is none.</summary>
    private int FindDisputed()
    {
        var (token, isOver) = (-1, false);
        foreach (var candidate in _tokens.Items)
        {
            var over = _wished[candidate] > _capacity[candidate];
            if (_buyers[candidate] == 0 || (!over && (isOver || _price[candidate] == 0 || _wished[candidate] == _capacity[candidate])))
                continue;
            if (token < 0 || over != isOver || _price[candidate] > _price[token])
                (token, isOver) = (candidate, over);
        }

        for (var index = 0; token >= 0 && index < _wishes.Count; index++)
        {
            if (isOver && !_isOn[_program.Leaves.Node[_wishes.LeafAt(index)]])
                continue;
            var (start, end) = _wishes.EntriesOf(index);
            for (var entry = start; entry < end; entry++)
            {
                if (IsToBuy(entry, token) && (!isOver || _wishes.IsWished(index, entry)))
                    return entry;
            }
        }

        return -1;
    }

    private bool IsToBuy(int entry, int token) => _wishes.TokenOf(entry) == token && _wishes.RightOf(entry) == Right.ToBuy;

    private void BarOthers(int child)
    {
        foreach (var other in _program.ChildrenOf(_program.Parent[child]))
        {
            if (other != child && !_isBarred[other])
                Bar(other);
        }
    }

    private void Bar(int child)
    {
        _isBarred[child] = true;
        _changed.Add(-1 - child);
    }

    private void Keep(int entry)
    {
        var token = _wishes.TokenOf(entry);
        Change(entry, Right.Kept);
        for (var other = 0; other < _wishes.Entries && _capacity[token] == 0; other++)
        {
            if (IsToBuy(other, token))
                Change(other, Right.Denied);
        }
    }

    private void Change(int entry, Right right)
    {
        var token = _wishes.TokenOf(entry);
        _wishes.RightOf(entry) = right;
        _capacity[token] -= right == Right.Kept ? 1 : 0;
        if (--_buyers[token] == 0)
            _price[token] = 0;
        _changed.Add(entry);
    }

    private void Undo(int mark)
    {
        while (_changed.Count > mark)
        {
            var change = _changed.RemoveLast();
            if (change < 0)
            {
                _isBarred[-1 - change] = false;
                continue;
            }

            var token = _wishes.TokenOf(change);
            _capacity[token] += _wishes.RightOf(change) == Right.Kept ? 1 : 0;
            _wishes.RightOf(change) = Right.ToBuy;
            _buyers[token]++;
        }
    }
}
