using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Checks a certificate against the requirements and the credentials, and nothing else: it shares no code with what found the
/// certificate. Whoever trusts these lines need not trust the solver.
/// </summary>
public sealed class CertificateVerifier(RequirementGraph graph, IReadOnlyList<Credential> credentials)
{
    private readonly ILookup<int, (int Credential, bool Certain)> _eligible = credentials.Index()
        .SelectMany(credential => credential.Item.Eligible.Select(eligible => (eligible.Leaf, Use: (credential.Index, eligible.Certain))))
        .ToLookup(eligible => eligible.Leaf, eligible => eligible.Use);

    private readonly HashSet<int> _satisfied = [];
    private readonly HashSet<int> _excluded = [];
    private readonly HashSet<(int Leaf, int Credential)> _forbidden = [];

    /// <summary>Whether the certificate proves the verdict.</summary>
    public bool Proves(Verdict verdict, Certificate certificate) => verdict switch
    {
        Verdict.Satisfied => IsAssignment(certificate, certainOnly: true),
        Verdict.NotSatisfied => certificate.Refutation is { } refutation && Refutes(refutation, certainOnly: false),
        _ => IsAssignment(certificate, certainOnly: false) && certificate.Refutation is { } strict && Refutes(strict, certainOnly: true),
    };

    private bool IsAssignment(Certificate certificate, bool certainOnly)
    {
        if (certificate is not { Uses: { } uses, Selected: { } selected })
            return false;
        var isLegal = uses.All(use => Eligible(use.Leaf, certainOnly).Contains(use.Credential))
            && uses.Distinct().Count() == uses.Count
            && uses.DistinctBy(use => (DomainOf(use.Leaf), use.Credential)).Count() == uses.Count
            && uses.CountBy(use => use.Leaf).All(leaf => leaf.Value <= ((Leaf)graph.Nodes[leaf.Key]).Maximum)
            && selected.DistinctBy(selection => selection.Node).Count() == selected.Count;
        var children = selected.ToDictionary(selection => selection.Node, selection => selection.Children);
        return isLegal && Holds(graph.Root, uses, children, certainOnly, []);
    }

    private bool Holds(int node, IReadOnlyList<Use> uses, Dictionary<int, IReadOnlyList<int>> selected, bool certainOnly, HashSet<int> counted)
    {
        switch (graph.Nodes[node])
        {
            case Leaf leaf:
                var own = uses.Where(use => use.Leaf == node).Select(use => use.Credential).ToList();
                counted.UnionWith(own);
                return own.Count >= leaf.Count && Sum(own, certainOnly) >= leaf.Credits;
            case SomeOf group:
                var chosen = selected.GetValueOrDefault(node, []);
                return chosen.Distinct().Count() >= group.Required
                    && chosen.All(child => graph.ChildrenOf(node).Contains(child) && Holds(child, uses, selected, certainOnly, counted));
            case MinimumCredits minimum:
                var below = new HashSet<int>();
                var holds = Holds(graph.ChildrenOf(node)[0], uses, selected, certainOnly, below) && Sum(below, certainOnly) >= minimum.Credits;
                counted.UnionWith(below);
                return holds;
            default:
                return !certainOnly;
        }
    }

    private bool Refutes(Refutation proof, bool certainOnly)
    {
        var possible = Possible(certainOnly);
        var needed = Needed(possible);
        switch (proof.Kind)
        {
            case RefutationKind.Alone:
                return needed.Any(node => !possible[node]);
            case RefutationKind.Count when proof.Leaves is { } leaves:
                return Asked(leaves.ToHashSet(), needed) > leaves.SelectMany(leaf => Usable(leaf, certainOnly).Select(credential => (DomainOf(leaf), credential))).Distinct().Count();
            case RefutationKind.Credits when proof.Leaves is { } leaves:
                return leaves.All(needed.Contains) && leaves.Distinct().Count() == leaves.Count && leaves.Select(DomainOf).Distinct().Count() == 1
                    && leaves.Aggregate(Rational.Zero, (sum, leaf) => sum + ((Leaf)graph.Nodes[leaf]).Credits) > Sum(leaves.SelectMany(leaf => Usable(leaf, certainOnly)).Distinct(), certainOnly);
            case RefutationKind.Choice when proof is { Left: { } left, Right: { } right }:
                return Under(_satisfied, proof.Node, left, certainOnly) && Under(_excluded, proof.Node, right, certainOnly);
            case RefutationKind.Use when proof is { Left: { } left, Right: { } right }:
                var elsewhere = Enumerable.Range(0, graph.Nodes.Count)
                    .Where(leaf => leaf != proof.Node && graph.Nodes[leaf] is Leaf && DomainOf(leaf) == DomainOf(proof.Node))
                    .Select(leaf => (leaf, proof.Credential)).Where(use => !_forbidden.Contains(use)).ToList();
                _forbidden.UnionWith(elsewhere);
                var used = Refutes(left, certainOnly);
                _forbidden.ExceptWith(elsewhere);
                return used && Under(_forbidden, (proof.Node, proof.Credential), right, certainOnly);
            default:
                return false;
        }
    }

    /// <summary>Under an assumption; one that is made already is not taken back.</summary>
    private bool Under<T>(HashSet<T> assumptions, T assumption, Refutation proof, bool certainOnly)
    {
        var isNew = assumptions.Add(assumption);
        var refutes = Refutes(proof, certainOnly);
        if (isNew)
            assumptions.Remove(assumption);
        return refutes;
    }

    /// <summary>Whether each node could be satisfied if it had every credential for itself.</summary>
    private bool[] Possible(bool certainOnly)
    {
        var possible = new bool[graph.Nodes.Count];
        for (var node = 0; node < possible.Length; node++)
        {
            possible[node] = !_excluded.Contains(node) && graph.Nodes[node] switch
            {
                Leaf leaf => Math.Min(Usable(node, certainOnly).Count(), leaf.Maximum) >= leaf.Count && Largest(node, certainOnly) >= leaf.Credits,
                SomeOf group => graph.ChildrenOf(node).ToArray().Count(child => possible[child]) >= group.Required,
                MinimumCredits minimum => possible[graph.ChildrenOf(node)[0]] && MostBelow(node, possible, certainOnly) >= minimum.Credits,
                _ => !certainOnly,
            };
        }

        return possible;
    }

    /// <summary>What must be satisfied for the root to be.</summary>
    private HashSet<int> Needed(bool[] possible)
    {
        var needed = new HashSet<int>(_satisfied) { graph.Root };
        for (var node = possible.Length - 1; node >= 0; node--)
        {
            var children = graph.ChildrenOf(node).ToArray().Where(child => possible[child]).ToList();
            if (needed.Contains(node) && (graph.Nodes[node] is MinimumCredits || (graph.Nodes[node] is SomeOf group && children.Count == group.Required)))
                needed.UnionWith(children);
        }

        return needed;
    }

    /// <summary>How many credentials must come to these leaves: what is needed, less what leaves outside could take on.</summary>
    private int Asked(HashSet<int> leaves, HashSet<int> needed)
    {
        var asked = leaves.Where(needed.Contains).Sum(leaf => ((Leaf)graph.Nodes[leaf]).Count);
        foreach (var node in needed)
        {
            var children = graph.ChildrenOf(node).ToArray();
            // Leaves needed by themselves are counted already, and one that two groups share must not count twice.
            if (graph.Nodes[node] is SomeOf group && children.All(child => graph.Nodes[child] is Leaf { Count: > 0 } && !graph.IsShared(child) && !needed.Contains(child)))
                asked += Math.Max(0, group.Required - children.Count(child => !leaves.Contains(child)));
        }

        return asked;
    }

    private Rational MostBelow(int minimum, bool[] possible, bool certainOnly)
    {
        var below = new Stack<int>([minimum]);
        var byLeaf = Rational.Zero;
        var distinct = new HashSet<int>();
        while (below.TryPop(out var node))
        {
            distinct.UnionWith(graph.Nodes[node] is Leaf ? Usable(node, certainOnly) : []);
            byLeaf += graph.Nodes[node] is Leaf ? Largest(node, certainOnly) : 0;
            foreach (var child in graph.ChildrenOf(node).ToArray().Where(child => possible[child]))
                below.Push(child);
        }

        return Rational.Min(byLeaf, Sum(distinct, certainOnly));
    }

    private Rational Largest(int leaf, bool certainOnly)
        => Sum(Usable(leaf, certainOnly).OrderByDescending(credential => Worth(credential, certainOnly)).Take(((Leaf)graph.Nodes[leaf]).Maximum), certainOnly);

    private IEnumerable<int> Usable(int leaf, bool certainOnly) => Eligible(leaf, certainOnly).Where(credential => !_forbidden.Contains((leaf, credential)));

    private IEnumerable<int> Eligible(int leaf, bool certainOnly)
        => _eligible[leaf].Where(use => use.Certain || !certainOnly).Select(use => use.Credential).Distinct();

    private string DomainOf(int leaf) => ((Leaf)graph.Nodes[leaf]).Domain is { } domain ? $"domain {domain}" : $"leaf {leaf}";

    private Rational Sum(IEnumerable<int> used, bool certainOnly) => used.Aggregate(Rational.Zero, (sum, credential) => sum + Worth(credential, certainOnly));

    private Rational Worth(int credential, bool certainOnly)
        => certainOnly ? credentials[credential].Credits : credentials[credential].PossibleCredits ?? credentials[credential].Credits;
}
