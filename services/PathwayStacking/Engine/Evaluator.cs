namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Judges a requirement graph against credentials: exactly, and always in the same way. The best way is the one that misses least; of those, the one
/// that uses least; of those, the first in the order in which nodes and credentials are given.
/// </summary>
/// <remarks>
/// Two readings are solved. In the strict one only certain credentials count: when it is satisfied, so is the verdict. In the generous one
/// uncertain credentials and attestations count too: when even that is not satisfied, the verdict is final; else it is unknown.
/// </remarks>
public static class Evaluator
{
    /// <summary>Part of every decision hash: raise it whenever a result may change.</summary>
    public const string Version = "1";

    /// <summary>Search steps per evaluation to miss least; real pathways need a handful.</summary>
    public const long DefaultBudget = 20_000;

    /// <summary>A longer proof is not stored; the decision can still be recomputed.</summary>
    private const int MaxProofSteps = 500;

    private const long Refinements = 2_000;

    public static Evaluation Evaluate(RequirementGraph graph, IReadOnlyList<Credential> credentials, long budget = DefaultBudget)
    {
        var limit = new Budget(budget, Refinements);
        var strict = new Instance(graph, credentials, possible: false);
        var strictSolver = new Solver(strict, limit);
        if (strictSolver.Best[graph.Root].Missing == 0)
            return Read(Verdict.Satisfied, strict, strictSolver, strictSolver, refuted: null, limit);
        if (!strict.IsOpenToDoubt)
            return Read(Unless(limit, Verdict.NotSatisfied), strict, strictSolver, strictSolver, strict, limit);
        var generous = new Instance(graph, credentials, possible: true);
        var generousSolver = new Solver(generous, limit);
        return generousSolver.Best[graph.Root].Missing == 0
            ? Read(Verdict.Unknown, generous, generousSolver, strictSolver, strict, limit)
            : Read(Unless(limit, Verdict.NotSatisfied), generous, generousSolver, strictSolver, generous, limit);
    }

    /// <summary>What was not searched to the end is not known.</summary>
    private static Verdict Unless(Budget limit, Verdict verdict) => limit.IsSpent ? Verdict.Unknown : verdict;

    /// <summary>Cost of the strict reading, for tests against an oracle.</summary>
    internal static (long Scale, long Missing, long Used) StrictCost(RequirementGraph graph, IReadOnlyList<Credential> credentials, long budget)
    {
        var instance = new Instance(graph, credentials, possible: false);
        var best = new Solver(instance, new(budget, budget)).Best[graph.Root];
        return (instance.Scale, best.Missing, best.Used);
    }

    /// <summary>Walks down from the root over the selected children only: what is not part of the proposed way uses nothing.</summary>
    private static Evaluation Read(Verdict verdict, Instance instance, Solver solver, Solver strict, Instance? refuted, Budget budget)
    {
        var graph = instance.Graph;
        var chosen = new bool[graph.Nodes.Count];
        chosen[graph.Root] = true;
        var uses = new List<Use>();
        for (var node = chosen.Length - 1; node >= 0; node--)
        {
            if (!chosen[node])
                continue;
            foreach (var child in solver.Selected[node])
                chosen[child] = true;
            foreach (var credential in solver.Taken[node])
                uses.Add(new(node, credential));
        }

        uses.Sort((left, right) => (left.Leaf, left.Credential).CompareTo((right.Leaf, right.Credential)));
        var selected = Enumerable.Range(0, chosen.Length)
            .Where(node => chosen[node] && graph.Nodes[node] is SomeOf)
            .Select(node => new Selection(node, solver.Selected[node]))
            .ToList();
        // A satisfying assignment proves itself; that there is none was not shown when the budget ran out.
        var refutation = refuted is null || budget.IsSpent ? null : new Prover(refuted, MaxProofSteps).Refute();
        var isAssigned = solver.Best[graph.Root].Missing == 0;
        var certificate = isAssigned ? new Certificate(uses, selected, refutation) : new(Uses: null, Selected: null, refutation);
        var missing = new Kernel.Credit.Rational(solver.Best[graph.Root].Missing, instance.Scale);
        return new(verdict, missing, new Verdicts(instance, solver, strict, chosen).All(), uses, certificate, ProvenOptimal: !budget.IsSpent);
    }
}
