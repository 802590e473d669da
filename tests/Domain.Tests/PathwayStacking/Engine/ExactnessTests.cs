using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.Engine.Shapes;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class ExactnessTests(ITestOutputHelper output)
{
    private static readonly int Cases = RandomCases.Count;

    /// <summary>Other cases on demand, from STACKING_SEED on.</summary>
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("STACKING_SEED") ?? "0");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finds_what_trying_everything_finds(bool doubts) => CompareAll(doubts, new Workspace());

    [Fact]
    public void Finds_what_trying_everything_finds_when_it_auctions_at_once() => CompareAll(doubts: false, new Workspace { StepsBeforeAuction = 0 });

    private static void CompareAll(bool doubts, Workspace workspace)
    {
        var mismatches = new List<string>();
        for (var seed = First; seed < First + (Cases / 2) && mismatches.Count < 5; seed++)
        {
            var instance = new RandomInstance(seed, doubts: doubts);
            var verdict = workspace.Evaluate(instance.Graph, instance.Credentials, instance.Question);
            var expected = Oracle.VerdictOf(instance.Graph, instance.Credentials, instance.Question);
            var best = Oracle.Best(instance.Graph, instance.Credentials, instance.Question, generous: workspace.IsGenerous);

            if (verdict != expected || Found(workspace) != best || !workspace.ProvenOptimal || IsContradicted(workspace))
                mismatches.Add($"seed {seed}{(IsContradicted(workspace) ? " (contradicted)" : "")}: found {verdict} {Found(workspace)}, best is {expected} {best}: {instance}");
        }

        Assert.True(mismatches.Count == 0, string.Join("\n", mismatches));
    }

    [Fact]
    public void Finds_what_trying_everything_finds_where_choices_exclude_each_other()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var eligible = Enumerable.Range(0, 7).Select(_ => new List<string>()).ToArray();
            var choices = Enumerable.Range(0, 6).Select(choice => SomeOf.All($"t{choice}", [.. Enumerable.Range(0, random.Next(2, 4)).Select(part =>
            {
                eligible[random.Next(7)].Add($"t{choice}.{part}");
                return new Leaf($"t{choice}.{part}", 1, domain: "once");
            })])).ToList();
            Compare(new SomeOf("root", random.Next(2, 5), choices), Rules.None, eligible, $"seed {seed}");
        }
    }

    [Fact]
    public void Finds_what_trying_everything_finds_where_three_programmes_share_little()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var eligible = Enumerable.Range(0, 5).Select(_ => new List<string>()).ToArray();
            var programmes = Enumerable.Range(0, 3).Select(programme => SomeOf.All($"p{programme}", [.. Enumerable.Range(0, 2).Select(place =>
            {
                eligible[random.Next(5)].Add($"p{programme}.{place}");
                eligible[random.Next(5)].Add($"p{programme}.{place}");
                return new Leaf($"p{programme}.{place}", 1, domain: $"d{programme}");
            })])).ToList();
            Compare(SomeOf.All("root", programmes), new Rules(Caps: [new("a", "d0", "d1", random.Next(2)), new("b", "d1", "d2", random.Next(2)), new("c", "d0", "d2", random.Next(2))]), eligible, $"seed {seed}");
        }
    }

    /// <summary>Copies of a credential go to leaves in order, and of leaves that are alike one is tried: both at once must not lose a way.</summary>
    [Fact]
    public void A_credential_that_may_be_used_twice_fills_two_leaves_that_are_alike()
    {
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", new Leaf("a", 0, 3, domain: "d"), new Leaf("b", 0, 3, domain: "d"), new Leaf("x", 0, 6, domain: "d")), new Rules([new("d", 2)]));
        List<Credential> credentials = [Worth(graph, "c", 3, "a", "b", "x"), Worth(graph, "e", 3, "x"), Worth(graph, "f", 3, "x")];

        Assert.Equal((Verdict.Satisfied, 4), (Evaluator.Evaluate(graph, credentials).Verdict, Evaluator.Evaluate(graph, credentials).Uses.Count));
    }

    [Fact]
    public void Finds_what_trying_everything_finds_where_leaves_are_alike_and_credentials_are_used_more_than_once()
    {
        for (var seed = First; seed < First + (Cases / 4); seed++)
            Compare(Shapes.Alike(seed, most: 2_000), $"seed {seed}");
    }

    /// <summary>Two may be shared, c and e: then f and g are enough for the rest.</summary>
    [Fact]
    public void What_may_be_shared_weighs_as_much_as_what_is_missing()
    {
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", [.. ((string[])["a1", "a2", "b1", "b2", "b3", "b4"]).Select(key => new Leaf(key, 1, domain: key[..1], weight: 2))]), new Rules(Caps: [new("cap", "a", "b", 2)]));
        List<Credential> credentials = [Worth(graph, "c", 1, "a1", "b1", "b2"), Worth(graph, "e", 1, "a2", "b2"), Worth(graph, "f", 1, "b1", "b3"), Worth(graph, "g", 1, "b1", "b4")];

        Assert.Equal(Verdict.Satisfied, Evaluator.Evaluate(graph, credentials).Verdict);
    }

    [Fact]
    public void Finds_what_trying_everything_finds_where_what_is_shared_weighs_more_than_one()
    {
        for (var seed = First; seed < First + (Cases / 4); seed++)
            Compare(Shapes.Shared(seed, most: 20_000), $"seed {seed}");
    }

    /// <summary>What one side of a cap may use twice, the other side uses once.</summary>
    [Fact]
    public void A_domain_that_uses_credentials_twice_lends_this_to_no_domain_that_it_shares_with()
    {
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", new Leaf("a", 1, domain: "once"), new Leaf("b", 1, domain: "once"), new Leaf("c", 1, domain: "a twice"), new Leaf("d", 1, domain: "a twice")),
            new Rules([new("a twice", 2)], [new("cap", "a twice", "once", 1)]));
        List<Credential> credentials =
        [
            new("x", 1, [new(graph.IndexOf("a"), Certain: true), new(graph.IndexOf("b"), Certain: true)]),
            new("y", 1, [new(graph.IndexOf("c"), Certain: true)]),
            new("z", 1, [new(graph.IndexOf("d"), Certain: true)]),
        ];

        var evaluation = Evaluator.Evaluate(graph, credentials);

        Assert.Equal((Verdict.NotSatisfied, 1), (evaluation.Verdict, evaluation.Missing));
        Assert.True(new CertificateVerifier(graph, credentials).Proves(evaluation.Verdict, evaluation.Certificate));
    }

    private static void Compare(Requirement root, Rules rules, List<string>[] eligible, string seed)
    {
        var graph = RequirementGraph.Compile(root, rules);
        Compare((graph, [.. eligible.Select((leaves, number) => Worth(graph, $"c{number}", 1, leaves.Distinct()))]), seed);
    }

    private static void Compare((RequirementGraph Graph, List<Credential> Credentials) instance, string seed)
    {
        var workspace = new Workspace();
        workspace.Evaluate(instance.Graph, instance.Credentials);
        var best = Oracle.Best(instance.Graph, instance.Credentials, new Question());
        Assert.True(Found(workspace) == best && workspace.ProvenOptimal && !IsContradicted(workspace), $"{seed}: {Found(workspace)} instead of {best}");
    }

    private static bool IsContradicted(Workspace workspace)
    {
        workspace.Refute(out var isContradicted);
        return isContradicted;
    }

    /// <summary>A comparison that never met a hard case would prove nothing.</summary>
    [Fact]
    public void The_cases_put_every_kind_of_node_into_every_other_and_use_every_rule_between_leaves()
    {
        var nestings = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var features = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < 4_000; seed++)
        {
            var instance = new RandomInstance(seed, doubts: true);
            foreach (var node in instance.Graph.Nodes)
            {
                foreach (var child in ChildrenOf(node))
                    Count(nestings, $"{node.GetType().Name} > {KindOf(child)}");
            }

            foreach (var feature in FeaturesOf(instance))
                Count(features, feature);
        }

        foreach (var (name, count) in nestings.Concat(features))
            output.WriteLine($"{count,6} {name}");
        string[] inner = [nameof(SomeOf), nameof(MinimumCredits), nameof(MinimumCount), nameof(MinimumAverage), nameof(Limit)];
        string[] all = [.. inner, "Leaf by count", "Leaf by credits", "Leaf by both", nameof(Attestation)];
        Assert.All(inner.SelectMany(_ => all, (outer, child) => $"{outer} > {child}"), nesting => Assert.True(nestings.GetValueOrDefault(nesting) >= 5, $"{nesting}: {nestings.GetValueOrDefault(nesting)}"));
        Assert.True(features.Count >= 13 && features.Values.Min() >= 20, string.Join(", ", features));
    }

    private static Oracle.Price Found(Workspace workspace)
    {
        var (scale, cost) = workspace.AnswerCost;
        return new(new(cost.Missing, scale), cost.Doubt, cost.Uses, cost.Rest % Cost.OneUse / Cost.Moved, cost.Rest % Cost.Moved);
    }

    private static void Count(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    private static string KindOf(Requirement node) => node is not Leaf leaf ? node.GetType().Name : leaf.Credits.Sign == 0 ? "Leaf by count" : leaf.Count == 0 ? "Leaf by credits" : "Leaf by both";

    private static IEnumerable<string> FeaturesOf(RandomInstance instance)
    {
        var leaves = instance.Graph.Nodes.OfType<Leaf>().ToList();
        if (leaves.Exists(leaf => leaf.Domain is not null)) yield return "used once";
        if (instance.Graph.Rules.Exclusivities?.Any(rule => rule.Uses > 1) == true) yield return "used n times";
        if (instance.Graph.Rules.Caps?.Any(cap => cap.Count is not null) == true) yield return "cap on sharing, credentials";
        if (instance.Graph.Rules.Caps?.Any(cap => cap.Credits is not null) == true) yield return "cap on sharing, credits";
        if (instance.Graph.Rules.Substitutions?.Any(rule => rule.Leaves.Distinct().Count() > 1) == true) yield return "substitution";
        if (leaves.Exists(leaf => leaf.Admission?.RecencyMonths is not null)) yield return "recency";
        if (leaves.Exists(leaf => leaf.Admission?.MinimumLevel is not null)) yield return "least level";
        if (leaves.Exists(leaf => leaf.Admission?.MinimumPoints is not null)) yield return "least grade";
        if (leaves.Exists(leaf => leaf.Admission?.Of is not null)) yield return "residency of a leaf";
        if (leaves.Exists(leaf => leaf.After is not null)) yield return "prerequisite";
        if (instance.Question.Published is not null) yield return "published allocation";
        if (instance.Credentials.Any(credential => credential.Preference > 0)) yield return "preference";
        if (instance.Credentials.Any(credential => credential.Facts?.Awarded > instance.Question.At)) yield return "from the future";
        if (instance.Graph.Nodes.Any(node => node is Tally { Of: not null })) yield return "tally of a class";
    }

    private static IReadOnlyList<Requirement> ChildrenOf(Requirement node) => node switch
    {
        SomeOf group => group.Children,
        Tally tally => [tally.Child],
        _ => [],
    };
}
