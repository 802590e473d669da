using System.Runtime.InteropServices;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Judges a requirement graph against credentials. Credentials are shared freely between leaves, so every node has one
/// best answer, found bottom up: the most verdict, then the least that is missing, then the fewest uses, then document order.
/// </summary>
public static class Evaluator
{
    /// <summary>Part of every decision hash: raise it whenever a result may change.</summary>
    public const string Version = "1";

    public static Evaluation Evaluate(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var nodes = new Judged[graph.Nodes.Count];
        var eligible = EligibleByLeaf(graph, credentials);
        for (var node = 0; node < nodes.Length; node++)
        {
            nodes[node] = graph.Nodes[node] switch
            {
                Leaf leaf => Judge(leaf, eligible[node], credentials),
                SomeOf group => Judge(group, graph.ChildrenOf(node), nodes),
                _ => new(Verdict.Unknown, Missing: 1, Used: 0, Have: 0, Selection: []),
            };
        }

        return Choose(graph, nodes);
    }

    private static List<Candidate>?[] EligibleByLeaf(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var eligible = new List<Candidate>?[graph.Nodes.Count];
        for (var credential = 0; credential < credentials.Count; credential++)
        {
            foreach (var (leaf, certain) in credentials[credential].Eligible)
                (eligible[leaf] ??= []).Add(new(credential, certain));
        }

        return eligible;
    }

    private static Judged Judge(Leaf leaf, List<Candidate>? eligible, IReadOnlyList<Credential> credentials)
    {
        // Largest credit first needs the fewest credentials; among equals the caller's order decides.
        var candidates = (eligible ?? []).OrderByDescending(candidate => credentials[candidate.Credential].Credits).ToList();
        var certain = Take(leaf, candidates.Where(candidate => candidate.Certain), credentials);
        if (certain.Verdict == Verdict.Satisfied)
            return certain;
        var possible = Take(leaf, candidates, credentials);
        return certain with { Verdict = possible.Verdict == Verdict.Satisfied ? Verdict.Unknown : Verdict.NotSatisfied };
    }

    private static Judged Take(Leaf leaf, IEnumerable<Candidate> candidates, IReadOnlyList<Credential> credentials)
    {
        var taken = new List<int>();
        var credits = Rational.Zero;
        foreach (var (credential, _) in candidates)
        {
            if (taken.Count >= leaf.Count && credits >= leaf.Credits)
                break;
            taken.Add(credential);
            credits += credentials[credential].Credits;
        }

        var missing = (Math.Max(0, leaf.Count - taken.Count) + Rational.Max(0, leaf.Credits - credits)) * leaf.Weight;
        return new(missing.Sign == 0 ? Verdict.Satisfied : Verdict.NotSatisfied, missing, taken.Count, taken.Count, taken);
    }

    private static Judged Judge(SomeOf group, ReadOnlySpan<int> children, Judged[] nodes)
    {
        var ranked = children.ToArray();
        Array.Sort(ranked, (left, right) => nodes[left].CompareTo(nodes[right]) is var order and not 0 ? order : left.CompareTo(right));
        var chosen = ranked.AsSpan(0, Math.Min(group.Required, ranked.Length));
        var missing = new Rational(group.Required - chosen.Length);
        long used = 0;
        var verdict = chosen.Length < group.Required ? Verdict.NotSatisfied : Verdict.Satisfied;
        foreach (var child in chosen)
        {
            missing += nodes[child].Missing;
            used = Saturated(used + nodes[child].Used);
            if (nodes[child].Verdict < verdict)
                verdict = nodes[child].Verdict;
        }

        var have = 0;
        foreach (var child in children)
            have += nodes[child].Verdict == Verdict.Satisfied ? 1 : 0;
        return new(verdict, Rational.Min(missing, MostMissing), used, have, chosen.ToArray());
    }

    /// <summary>Walks down from the root over the chosen children only: what is not part of the proposed way uses nothing.</summary>
    private static Evaluation Choose(RequirementGraph graph, Judged[] nodes)
    {
        var chosen = new bool[nodes.Length];
        var uses = new List<Use>();
        chosen[graph.Root] = true;
        for (var node = nodes.Length - 1; node >= 0; node--)
        {
            if (!chosen[node])
                continue;
            foreach (var selected in nodes[node].Selection)
            {
                if (graph.Nodes[node] is Leaf)
                    uses.Add(new(node, selected));
                else
                    chosen[selected] = true;
            }
        }

        uses.Sort((left, right) => (left.Leaf, left.Credential).CompareTo((right.Leaf, right.Credential)));
        return new(
            nodes[graph.Root].Verdict, [.. nodes.Select((node, index) => new NodeOutcome(node.Verdict, node.Have, chosen[index]))], uses, ProvenOptimal: true);
    }

    // A node shared by many parents counts once for each of them, which in a deep graph doubles per level.
    private static readonly Rational MostMissing = 1_000_000_000_000;

    private static long Saturated(long value) => Math.Min(value, 1_000_000_000_000);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Candidate(int Credential, bool Certain);

    /// <param name="Selection">Leaf: credentials taken; group: children chosen.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Judged(Verdict Verdict, Rational Missing, long Used, int Have, IReadOnlyList<int> Selection)
        : IComparable<Judged>
    {
        /// <summary>The better way first.</summary>
        public int CompareTo(Judged other)
        {
            var order = other.Verdict.CompareTo(Verdict);
            if (order == 0)
                order = Missing.CompareTo(other.Missing);
            return order == 0 ? Used.CompareTo(other.Used) : order;
        }
    }
}
