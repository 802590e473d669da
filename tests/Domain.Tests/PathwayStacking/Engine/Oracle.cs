using Pathways.PathwayStacking.Engine;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>
/// The best cost by trying every legal use of every credential and every choice of children. Shares nothing with the solver but the
/// requirement classes; good for a handful of credentials and leaves.
/// </summary>
internal static class Oracle
{
    public static Verdict Verdict(RequirementGraph graph, IReadOnlyList<Credential> credentials, long scale)
    {
        if (Best(graph, credentials, scale).Missing == 0)
            return Pathways.PathwayStacking.Engine.Verdict.Satisfied;
        return Best(graph, credentials, scale, generous: true).Missing == 0
            ? Pathways.PathwayStacking.Engine.Verdict.Unknown
            : Pathways.PathwayStacking.Engine.Verdict.NotSatisfied;
    }

    /// <summary>How many assignments there are to try.</summary>
    public static double Size(RequirementGraph graph, IReadOnlyList<Credential> credentials)
        => credentials.Index()
            .SelectMany(credential => credential.Item.Eligible.Select(eligible => (credential.Index, Leaf: (Leaf)graph.Nodes[eligible.Leaf])))
            .GroupBy(use => (use.Index, use.Leaf.Domain ?? use.Leaf.Key))
            .Aggregate(1.0, (size, token) => size * (token.Count() + 1));

    public static (long Missing, long Used) Best(RequirementGraph graph, IReadOnlyList<Credential> credentials, long scale, bool generous = false)
    {
        // A token is a credential in a domain: it goes to one of its leaves or nowhere.
        var tokens = credentials.Index()
            .SelectMany(credential => credential.Item.Eligible.Where(eligible => eligible.Certain || generous).Select(eligible => (Credential: credential.Index, eligible.Leaf, Leafs: (Leaf)graph.Nodes[eligible.Leaf])))
            .GroupBy(use => (use.Credential, Domain: use.Leafs.Domain ?? use.Leafs.Key), use => use.Leaf)
            .Select(token => (token.Key.Credential, Leaves: token.ToArray()))
            .ToArray();
        var credits = credentials.Select(credential => credential.Credits.Numerator * (scale / credential.Credits.Denominator)).ToArray();
        var taken = new int[graph.Nodes.Count];
        var best = (Missing: long.MaxValue, Used: long.MaxValue);
        Assign(0);
        return best;

        void Assign(int token)
        {
            if (token == tokens.Length)
            {
                foreach (var way in Ways(graph.Nodes[graph.Root]))
                    best = Min(best, (way.Missing, way.Used));
                return;
            }

            Assign(token + 1);
            foreach (var leaf in tokens[token].Leaves)
            {
                if (int.PopCount(taken[leaf]) >= ((Leaf)graph.Nodes[leaf]).Maximum)
                    continue;
                taken[leaf] |= 1 << tokens[token].Credential;
                Assign(token + 1);
                taken[leaf] &= ~(1 << tokens[token].Credential);
            }
        }

        // Missing, uses, and which credentials are used, for each way to choose children.
        IEnumerable<(long Missing, long Used, int Credentials)> Ways(Requirement node)
        {
            switch (node)
            {
                case Leaf leaf:
                    var mask = taken[graph.IndexOf(leaf.Key)];
                    var have = Sum(mask);
                    var demand = leaf.Credits.Numerator * (scale / leaf.Credits.Denominator);
                    var missing = (Math.Max(0, leaf.Count - int.PopCount(mask)) * scale) + Math.Max(0, demand - have);
                    return [(missing * leaf.Weight, int.PopCount(mask), mask)];
                case MinimumCredits minimum:
                    var needed = minimum.Credits.Numerator * (scale / minimum.Credits.Denominator);
                    return Ways(minimum.Child).Select(way => (way.Missing + Math.Max(0, needed - Sum(way.Credentials)), way.Used, way.Credentials));
                case SomeOf group:
                    var children = group.Children.Select(child => Ways(child).Distinct().ToList()).ToList();
                    var least = Math.Min(group.Required, children.Count);
                    var shortage = Math.Max(0, group.Required - children.Count) * scale;
                    return Enumerable.Range(0, 1 << children.Count)
                        .Where(subset => int.PopCount(subset) >= least)
                        .SelectMany(subset => Combine(children.Where((_, index) => (subset & (1 << index)) != 0), shortage))
                        .Distinct();
                default:
                    return [(generous ? 0 : scale, 0, 0)];
            }
        }

        long Sum(int mask) => Enumerable.Range(0, credits.Length).Where(index => (mask & (1 << index)) != 0).Sum(index => credits[index]);
    }

    private static IEnumerable<(long Missing, long Used, int Credentials)> Combine(IEnumerable<List<(long Missing, long Used, int Credentials)>> children, long shortage)
        => children.Aggregate(
            (IEnumerable<(long Missing, long Used, int Credentials)>)[(shortage, 0, 0)],
            (ways, child) => ways.SelectMany(way => child.Select(next => (way.Missing + next.Missing, way.Used + next.Used, way.Credentials | next.Credentials))));

    private static (long, long) Min((long, long) left, (long, long) right) => left.CompareTo(right) <= 0 ? left : right;
}
