using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Questions about what is not so, answered by evaluating other inputs: as exact as a decision, and never stored.</summary>
public static class Planner
{
    /// <summary>Sets of offers that are looked at before the best one found is given as it is.</summary>
    public const int DefaultBudget = 5_000;

    /// <summary>"Why is this not used here?": the evaluation as it is, and as it would be if the credential were used for this leaf and for no other.</summary>
    public static Supposition UsedAt(RequirementGraph graph, IReadOnlyList<Credential> credentials, int leaf, int credential, Question? question = null)
    {
        var forced = credentials.ToArray();
        forced[credential] = forced[credential] with { Eligible = [.. forced[credential].Eligible.Where(eligible => eligible.Leaf == leaf)] };
        var actual = Evaluator.Evaluate(graph, credentials, question);
        var supposed = Evaluator.Evaluate(graph, forced, question);
        return new(supposed.Uses.Contains(new(leaf, credential)), actual, supposed);
    }

    /// <summary>The cheapest offers that together satisfy the root; null when not even all of them do.</summary>
    public static Plan? Cheapest(RequirementGraph graph, IReadOnlyList<Credential> credentials, IReadOnlyList<Offering> offers, Question? question = null, int budget = DefaultBudget)
    {
        if (offers.Any(offer => offer.Cost < 0))
            throw new ArgumentOutOfRangeException(nameof(offers), "An offer costs nothing at least.");
        return new Search(graph, credentials, offers, question, budget).Run();
    }

    /// <summary>What each offer alone would change, those that gain most for their cost first; without those that gain nothing.</summary>
    public static IReadOnlyList<Step> Rank(RequirementGraph graph, IReadOnlyList<Credential> credentials, IReadOnlyList<Offering> offers, Question? question = null)
    {
        var workspace = new Workspace();
        var before = workspace.Evaluate(graph, credentials, question);
        var missing = workspace.Missing;
        var steps = new List<Step>();
        for (var index = 0; index < offers.Count; index++)
        {
            var verdict = workspace.Add(offers[index].Credential);
            // An unknown verdict misses nothing in the generous reading: only the verdict tells what was gained.
            var gain = verdict == before ? missing - workspace.Missing : Rational.Max(0, missing - workspace.Missing);
            if (verdict > before || gain.Sign > 0)
                steps.Add(new(index, verdict, gain));
            workspace.Remove(offers[index].Credential.Id);
        }

        return [.. steps
            .OrderByDescending(step => step.Verdict)
            .ThenByDescending(step => step.Gain / Math.Max(1, offers[step.Offer].Cost))
            .ThenBy(step => offers[step.Offer].Credential.Id, StringComparer.Ordinal)];
    }

    /// <summary>Decides offer by offer, the dearest first, whether to do without: as long as what is left would still be enough.</summary>
    private sealed class Search
    {
        private readonly Workspace _hoped = new();
        private readonly Workspace _chosen = new();
        private readonly IReadOnlyList<Offering> _offers;
        private readonly int[] _order;
        private readonly List<int> _picked = [];
        private int _budget;
        private IReadOnlyList<int>? _best;
        private long _bestCost = long.MaxValue;

        public Search(RequirementGraph graph, IReadOnlyList<Credential> credentials, IReadOnlyList<Offering> offers, Question? question, int budget)
        {
            (_offers, _budget) = (offers, budget);
            _order = [.. Enumerable.Range(0, offers.Count).OrderByDescending(offer => offers[offer].Cost).ThenBy(offer => offers[offer].Credential.Id, StringComparer.Ordinal)];
            _chosen.Evaluate(graph, credentials, question);
            _hoped.Evaluate(graph, [.. credentials, .. offers.Select(offer => offer.Credential)], question);
        }

        public Plan? Run()
        {
            if (_hoped.Verdict == Verdict.Satisfied)
                Decide(0, 0);
            return _best is null ? null : new([.. _best.Order()], _bestCost, ProvenCheapest: _budget >= 0);
        }

        private void Decide(int next, long cost)
        {
            if (_chosen.Verdict == Verdict.Satisfied)
            {
                if (cost < _bestCost)
                    (_best, _bestCost) = ([.. _picked], cost);
                return;
            }

            // At least one more, and none is cheaper than the last. The first plan is always found.
            if (next == _order.Length || cost + _offers[_order[^1]].Cost >= _bestCost || (--_budget < 0 && _best is not null))
                return;
            var offer = _offers[_order[next]];
            if (_hoped.Remove(offer.Credential.Id) == Verdict.Satisfied)
                Decide(next + 1, cost);
            _hoped.Add(offer.Credential);
            _chosen.Add(offer.Credential);
            _picked.Add(_order[next]);
            Decide(next + 1, cost + offer.Cost);
            _picked.RemoveAt(_picked.Count - 1);
            _chosen.Remove(offer.Credential.Id);
        }
    }
}

/// <param name="IsUsed">Whether it would then be used there.</param>
public sealed record Supposition(bool IsUsed, Evaluation Actual, Evaluation Supposed);

/// <summary>Something that could be earned.</summary>
/// <param name="Cost">In hours, credits or cents; all offers of one question in the same.</param>
public sealed record Offering(Credential Credential, long Cost);

/// <param name="Offers">By their index.</param>
/// <param name="ProvenCheapest">False when the budget ran out: it is a plan, but perhaps there is a cheaper one.</param>
public sealed record Plan(IReadOnlyList<int> Offers, long Cost, bool ProvenCheapest);

/// <param name="Offer">By its index.</param>
/// <param name="Verdict">With the offer taken.</param>
/// <param name="Gain">How much less is missing.</param>
public sealed record Step(int Offer, Verdict Verdict, Rational Gain);
