namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The verdict of each node: on the proposed way by what was really used, elsewhere by what the node could reach on its own.
/// </summary>
internal sealed class Verdicts(Instance instance, Solver solver, Solver strict, bool[] chosen)
{
    private readonly RequirementGraph _graph = instance.Graph;
    private readonly NodeOutcome[] _outcomes = new NodeOutcome[chosen.Length];

    public IReadOnlyList<NodeOutcome> All()
    {
        for (var node = 0; node < _outcomes.Length; node++)
        {
            var selected = solver.Selected[node];
            var satisfied = selected.Count(child => _outcomes[child].Verdict == Verdict.Satisfied);
            var have = _graph.Nodes[node] is Leaf ? solver.Taken[node].Length : satisfied;
            _outcomes[node] = new(chosen[node] ? OnTheWay(node, satisfied) : OnItsOwn(node), have, chosen[node]);
        }

        return _outcomes;
    }

    private Verdict OnItsOwn(int node)
    {
        if (strict.Best[node].Missing == 0)
            return Verdict.Satisfied;
        return solver.Best[node].Missing == 0 ? Verdict.Unknown : Verdict.NotSatisfied;
    }

    private Verdict OnTheWay(int node, int satisfied)
    {
        switch (_graph.Nodes[node])
        {
            case Leaf leaf:
                var certain = solver.Taken[node].Where(credential => !instance.IsDoubtful(node, credential)).ToList();
                return Graded(IsFilled(node, leaf, certain, instance.CertainCredits), IsFilled(node, leaf, solver.Taken[node], instance.Credits));
            case SomeOf group:
                var possible = solver.Selected[node].Count(child => _outcomes[child].Verdict != Verdict.NotSatisfied);
                return Graded(satisfied >= group.Required, possible >= group.Required);
            case MinimumCredits:
                var child = _outcomes[solver.Selected[node][0]].Verdict;
                var sum = Graded(CreditsBelow(node, certainOnly: true) >= instance.Demand(node), CreditsBelow(node, certainOnly: false) >= instance.Demand(node));
                return child < sum ? child : sum;
            default:
                return Verdict.Unknown;
        }
    }

    private bool IsFilled(int node, Leaf leaf, IReadOnlyCollection<int> taken, long[] credits)
        => instance.MissingOf(leaf, instance.Demand(node), taken.Count, taken.Sum(credential => credits[credential])) == 0;

    private long CreditsBelow(int minimum, bool certainOnly)
    {
        var counted = new HashSet<int>();
        var below = new Stack<int>([minimum]);
        while (below.TryPop(out var node))
        {
            counted.UnionWith(solver.Taken[node].Where(credential => !certainOnly || !instance.IsDoubtful(node, credential)));
            foreach (var child in solver.Selected[node])
                below.Push(child);
        }

        return counted.Sum(credential => (certainOnly ? instance.CertainCredits : instance.Credits)[credential]);
    }

    private static Verdict Graded(bool satisfied, bool possible) => satisfied ? Verdict.Satisfied : possible ? Verdict.Unknown : Verdict.NotSatisfied;
}
