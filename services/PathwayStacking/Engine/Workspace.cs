using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Evaluates again and again in the same memory: after the first few evaluations nothing is allocated. Not for two threads at once. What it found
/// last stays readable until the next evaluation.
/// </summary>
/// <remarks>
/// Two readings are solved. In the strict one only certain credentials count: when it is satisfied, so is the verdict. In the generous one
/// uncertain credentials and attestations count too: when even that is not satisfied, the verdict is final; else it is unknown.
/// </remarks>
public sealed partial class Workspace
{
    private const long Refinements = 1_500;

    private readonly Holdings _holdings = new();
    private readonly Instance _strict = new();
    private readonly Instance _generous = new();
    private readonly Solver _strictSolver = new();
    private readonly Solver _generousSolver = new();
    private readonly Budget _budget = new();
    private readonly Verdicts _verdicts = new();
    private Solver _answer = null!;
    private Instance? _refuted;
    private Refutation? _shortProof;

    public Verdict Verdict { get; private set; }

    public bool ProvenOptimal => !_budget.IsSpent && !_budget.IsBlurred;

    public bool Refined => !_budget.IsUnrefined && ProvenOptimal;

    /// <summary>As of <see cref="Evaluation.Missing"/>.</summary>
    public Rational Missing => new(_answer.Best(_answer.FlatGraph.Root).Missing, _answer.Instance.Scale);

    public RequirementGraph Graph { get; private set; } = null!;

    public Verdict Evaluate(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question? question = null)
    {
        (Graph, Question, Credentials) = (graph, question ?? Question.Plain, credentials);
        _strictSolver.Remembers = false;
        _holdings.Take(graph.FlatGraph, credentials, Question.At);
        _strict.Load(graph.FlatGraph, _holdings, Question.Published, possible: false);
        return Conclude();
    }

    public Question Question { get; private set; } = Question.Plain;

    /// <summary>What was evaluated last; the indexes of uses point here.</summary>
    public IReadOnlyList<Credential> Credentials { get; private set; } = [];

    private Verdict Conclude()
    {
        _budget.Start(Question.Budget, Refinements);
        _strictSolver.Solve(_strict, _budget, strict: null);
        return Judge();
    }

    private Verdict Judge()
    {
        (_answer, _refuted, _shortProof) = (_strictSolver, null, null);
        if (IsSatisfied(_strictSolver))
        {
            Verdict = Verdict.Satisfied;
        }
        else if (!_strict.IsOpenToDoubt)
        {
            Verdict = IsRefuted(_strict) ? Verdict.NotSatisfied : Verdict.Unknown;
        }
        else
        {
            _generous.Load(Graph.FlatGraph, _holdings, Question.Published, possible: true);
            _generousSolver.Solve(_generous, _budget, _strictSolver);
            _answer = _generousSolver;
            var isPossible = IsSatisfied(_generousSolver);
            if (isPossible)
                _refuted = _strict;
            Verdict = !isPossible && IsRefuted(_generous) ? Verdict.NotSatisfied : Verdict.Unknown;
        }

        _verdicts.Read(_answer, _strictSolver);
        return Verdict;
    }

    /// <summary>Of a node of the graph.</summary>
    public NodeOutcome OutcomeOf(int node) => _verdicts.Outcomes[Graph.FlatGraph.Canonical[node]];

    /// <summary>How often the proposed way uses a credential.</summary>
    public int UseCount
    {
        get
        {
            var count = 0;
            for (var leaf = 0; leaf < Graph.FlatGraph.LeafCount; leaf++)
                count += IsOnTheWay(leaf) ? Bits.Count(_answer.Taken(leaf)) : 0;
            return count;
        }
    }

    public bool IsUsed(int leaf, int credential)
    {
        var number = _holdings.NumberOf(credential);
        return Graph.FlatGraph.LeafOf[Graph.FlatGraph.Canonical[leaf]] is >= 0 and var at && IsOnTheWay(at) && (_answer.Taken(at)[number >> 6] & (1UL << number)) != 0;
    }

    /// <summary>Everything, with the certificate, as a value of its own.</summary>
    public Evaluation ToEvaluation()
    {
        var program = Graph.FlatGraph;
        var outcomes = new NodeOutcome[program.Nodes];
        for (var node = 0; node < outcomes.Length; node++)
            outcomes[node] = OutcomeOf(node);
        var uses = Uses();
        var refutation = Refute(out var isContradicted);
        var certificate = IsSatisfied(_answer) ? new Certificate(uses, Selections(), refutation) : new(Uses: null, Selected: null, refutation);
        var verdict = isContradicted && Verdict == Verdict.NotSatisfied ? Verdict.Unknown : Verdict;
        return new(verdict, Missing, outcomes, uses, certificate, ProvenOptimal && !isContradicted, Refined && !isContradicted);
    }

    /// <param name="isContradicted">
    /// The search found no way and the proof of that came to one: either is wrong. Nobody is refused on that, nor told that the best was found.
    /// </param>
    internal Refutation? Refute(out bool isContradicted)
    {
        isContradicted = false;
        if (_refuted is null || _shortProof is not null)
            return _shortProof;
        var prover = new Prover(_refuted, _budget.IsSpent ? FewProofSteps : MostProofSteps);
        var refutation = prover.Refute();
        isContradicted = refutation is null && !prover.WasCut && !_budget.IsSpent;
        return refutation;
    }

    /// <summary>A longer proof is not stored; the decision can still be recomputed.</summary>
    private const int MostProofSteps = 500;

    private const int FewProofSteps = 50;

    /// <summary>As of <see cref="RegionSearch.Divides"/>.</summary>
    internal bool Divides
    {
        set => _strictSolver.Divides = _generousSolver.Divides = value;
    }

    /// <summary>As of <see cref="BlockSearch.StepsBeforeAuction"/>.</summary>
    internal int StepsBeforeAuction
    {
        set => _strictSolver.StepsBeforeAuction = _generousSolver.StepsBeforeAuction = value;
    }

    internal int Auctions => _strictSolver.Auctions + _generousSolver.Auctions;

    internal (long Scale, Cost Cost) StrictCost => (_strict.Scale, _strictSolver.Best(Graph.FlatGraph.Root));

    internal (long Scale, Cost Cost) AnswerCost => (_answer.Instance.Scale, _answer.Best(Graph.FlatGraph.Root));

    /// <summary>Whether the answer stands on the generous reading.</summary>
    internal bool IsGenerous => _answer == _generousSolver;

    private static bool IsSatisfied(Solver solver) => solver.Best(solver.FlatGraph.Root).Missing == 0;

    /// <summary>Of a reading in which no way was found: whether there is none. What was not searched to the end is not known, unless it can be proven in short.</summary>
    private bool IsRefuted(Instance reading)
    {
        if (_budget.IsSpent)
        {
            _shortProof = new Prover(reading, FewProofSteps).Refute();
            // Here nothing but the proof speaks for the verdict: it has to convince the verifier too.
            if (_shortProof is null || !new CertificateVerifier(Graph, Credentials, Question.At).Proves(Verdict.NotSatisfied, new(Uses: null, Selected: null, _shortProof)))
            {
                _shortProof = null;
                return false;
            }
        }

        _refuted = reading;
        return true;
    }

    private bool IsOnTheWay(int leaf) => _verdicts.Chosen[Graph.FlatGraph.Leaves.Node[leaf]];

    private Use[] Uses()
    {
        var program = Graph.FlatGraph;
        var uses = new Use[UseCount];
        var count = 0;
        for (var leaf = 0; leaf < program.LeafCount; leaf++)
        {
            if (!IsOnTheWay(leaf))
                continue;
            var taken = _answer.Taken(leaf);
            for (var word = 0; word < taken.Length; word++)
            {
                for (var left = taken[word]; left != 0; left &= left - 1)
                    uses[count++] = new(program.Given[program.Leaves.Node[leaf]], _holdings.Order[(word << 6) + BitOperations.TrailingZeroCount(left)]);
            }
        }

        Array.Sort(uses, static (left, right) => (left.Leaf, left.Credential).CompareTo((right.Leaf, right.Credential)));
        return uses;
    }

    private List<Selection> Selections()
    {
        var program = Graph.FlatGraph;
        var selections = new List<Selection>();
        for (var given = 0; given < program.Nodes; given++)
        {
            var node = program.Canonical[given];
            if (!_verdicts.Chosen[node] || program.Kind[node] != NodeKind.SomeOf)
                continue;
            var children = new List<int>();
            for (var edge = program.ChildStart[node]; edge < program.ChildStart[node + 1]; edge++)
            {
                if (_answer.IsSelected(edge))
                    children.Add(program.Given[program.Child[edge]]);
            }

            children.Sort();
            selections.Add(new(given, children));
        }

        return selections;
    }
}
