namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Branch and bound over the choices ("some of") of a region. What must hold whatever is chosen is collected first; each complete
/// choice is then assigned credentials. A branch is left when what it must cost at least is no better than the best found.
/// </summary>
internal sealed class RegionSearch(Instance instance, Solver solver, Budget budget)
{
    private readonly RequirementGraph _graph = instance.Graph;
    private readonly List<int> _leaves = [];
    private readonly List<int> _groups = [];
    private readonly List<int> _minimums = [];
    private readonly List<int> _choices = [];
    private readonly List<(int Node, int Child)> _picked = [];
    private readonly HashSet<int> _belowMinimum = [];
    private Cost _fixed;
    private Cost _open;
    private Cost _best = Cost.Worst;
    private Cost _floor;
    private List<int> _parts = [];

    public List<(int Node, int[] Selected)> Selected { get; private set; } = [];

    public List<(int Leaf, int[] Taken)> Taken { get; private set; } = [];

    /// <summary>The least cost of satisfying all parts together.</summary>
    public Cost Run(List<int> parts)
    {
        _parts = parts;
        foreach (var part in parts)
            Add(part, belowMinimum: false);
        _floor = _fixed + _open;
        Explore();
        return _best;
    }

    private void Explore()
    {
        if (_best == _floor || _fixed + _open >= _best || MustStop())
            return;
        if (_choices.Count == 0)
        {
            Assign();
            return;
        }

        if (_best != Cost.Worst && _best.Missing > 0 && AssignmentFloor() >= _best)
            return;
        var choice = _choices[^1];
        _choices.RemoveAt(_choices.Count - 1);
        var before = _open;
        _open = Minus(_open, solver.Best[choice]);
        var children = _graph.ChildrenOf(choice).ToArray();
        Array.Sort(children, (left, right) => solver.Best[left].CompareTo(solver.Best[right]) is var order and not 0 ? order : left.CompareTo(right));
        Pick(choice, children, from: 0, ((SomeOf)_graph.Nodes[choice]).Required);
        _open = before;
        _choices.Add(choice);
    }

    /// <summary>The first way is always found.</summary>
    private bool MustStop() => !budget.Spend(refining: _best.Missing == _floor.Missing) && _best != Cost.Worst;

    private void Pick(int choice, int[] children, int from, int needed)
    {
        if (needed <= 0)
        {
            Explore();
            // More than needed only helps where credits are summed above.
            if (!_belowMinimum.Contains(choice))
                return;
        }

        var least = new Cost(0, 0);
        for (var next = from; next < from + needed; next++)
            least += solver.Best[children[next]];
        for (var index = from; index + Math.Max(needed, 1) <= children.Length; index++)
        {
            if (_best == _floor || _fixed + _open + least >= _best || MustStop())
                return;
            if (needed > 0 && index + needed < children.Length)
                least = Minus(least, solver.Best[children[index]]) + solver.Best[children[index + needed]];
            var mark = Mark();
            _picked.Add((choice, children[index]));
            Add(children[index], _belowMinimum.Contains(choice));
            Pick(choice, children, index + 1, needed - 1);
            Undo(mark);
        }
    }

    /// <summary>Takes on a node that must hold: what follows from it without choice is taken on too.</summary>
    private void Add(int node, bool belowMinimum)
    {
        if (!solver.IsOpen(node) && !belowMinimum && !_parts.Contains(node))
        {
            _fixed += solver.Best[node];
            return;
        }

        switch (_graph.Nodes[node])
        {
            case Leaf:
                _leaves.Add(node);
                _open += solver.Best[node];
                break;
            case MinimumCredits:
                _minimums.Add(node);
                var child = _graph.ChildrenOf(node)[0];
                _open += new Cost(solver.Best[node].Missing - solver.Best[child].Missing, 0);
                Add(child, belowMinimum: true);
                break;
            case SomeOf group when group.Required >= group.Children.Count:
                _fixed += new Cost((group.Required - group.Children.Count) * instance.Scale, 0);
                foreach (var member in _graph.ChildrenOf(node))
                    Add(member, belowMinimum);
                break;
            case SomeOf when !belowMinimum && IsPlain(node):
                _groups.Add(node);
                _open += solver.Best[node];
                break;
            case SomeOf:
                _choices.Add(node);
                _open += solver.Best[node];
                if (belowMinimum)
                    _belowMinimum.Add(node);
                break;
            default:
                _fixed += solver.Best[node];
                break;
        }
    }

    /// <summary>"So many of these leaves", each asking for one credential: a matter of matching, not of choice.</summary>
    private bool IsPlain(int node)
    {
        var weight = 0;
        foreach (var child in _graph.ChildrenOf(node))
        {
            if (_graph.Nodes[child] is not Leaf { Count: 1, Maximum: 1, Credits.Sign: 0 } leaf || (weight != 0 && weight != leaf.Weight))
                return false;
            weight = leaf.Weight;
        }

        return weight > 0;
    }

    /// <summary>What the leaves and groups taken on so far cost at least when credentials are matched, with all else at its own least.</summary>
    private Cost AssignmentFloor()
    {
        var flow = new Matching(instance, _graph, Easy(), _groups);
        var known = new Cost(0, 0);
        foreach (var node in Easy().Concat(_groups))
            known += solver.Best[node];
        var matched = flow.Run(blocked: null);
        // More missing may go with fewer uses.
        return Minus(_fixed + _open, known) + (matched.Missing > known.Missing ? matched with { Used = 0 } : known);
    }

    private void Assign()
    {
        var hard = _leaves.Except(Easy()).ToList();
        var flow = new Matching(instance, _graph, Easy(), _groups);
        if (hard.Count == 0 && _minimums.Count == 0)
        {
            Improve(_fixed + flow.Run(blocked: null), flow, []);
            return;
        }

        var search = new TokenSearch(instance, hard, _minimums, flow, budget);
        search.Run(_fixed, _best, (cost, taken) => Improve(cost, flow, taken));
    }

    /// <summary>Leaves that only count, where no sum of credits looks on.</summary>
    private List<int> Easy()
    {
        var watched = new HashSet<int>();
        var below = new Stack<int>(_minimums);
        while (below.TryPop(out var node))
        {
            watched.Add(node);
            foreach (var child in _graph.ChildrenOf(node))
                below.Push(child);
        }

        return [.. _leaves.Where(leaf => _graph.Nodes[leaf] is Leaf { Credits.Sign: 0 } && !watched.Contains(leaf))];
    }

    private void Improve(Cost cost, Matching flow, IReadOnlyList<(int Leaf, int[] Taken)> taken)
    {
        if (cost >= _best)
            return;
        _best = cost;
        Taken = [.. taken, .. flow.Taken()];
        Selected = [.. _picked.GroupBy(pick => pick.Node, pick => pick.Child).Select(pick => (pick.Key, pick.ToArray())), .. flow.SelectedInGroups()];
    }

    private (int Leaves, int Groups, int Minimums, int Choices, int Picked, Cost Fixed, Cost Open) Mark()
        => (_leaves.Count, _groups.Count, _minimums.Count, _choices.Count, _picked.Count, _fixed, _open);

    private void Undo((int Leaves, int Groups, int Minimums, int Choices, int Picked, Cost Fixed, Cost Open) mark)
    {
        _leaves.RemoveRange(mark.Leaves, _leaves.Count - mark.Leaves);
        _groups.RemoveRange(mark.Groups, _groups.Count - mark.Groups);
        _minimums.RemoveRange(mark.Minimums, _minimums.Count - mark.Minimums);
        _choices.RemoveRange(mark.Choices, _choices.Count - mark.Choices);
        _picked.RemoveRange(mark.Picked, _picked.Count - mark.Picked);
        (_fixed, _open) = (mark.Fixed, mark.Open);
    }

    private static Cost Minus(Cost left, Cost right) => new(left.Missing - right.Missing, left.Used - right.Used);
}
