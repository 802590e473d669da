using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;
using Xunit;
using PathwayStackingVerdict = Pathways.PathwayStacking.Engine.Verdict;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>What must hold for every input, checked on random ones that are larger than an oracle could try.</summary>
public sealed class PropertyTests
{
    private const int Cases = 150;

    private static readonly int Refusals = RandomCases.Count / 10;

    [Fact]
    public void The_order_of_evidence_does_not_change_cost_or_verdict() => ForAll((instance, random) =>
    {
        var shuffled = instance.Credentials.ToArray();
        random.Shuffle(shuffled);

        Assert.Equal(Cost(instance.Graph, instance.Credentials), Cost(instance.Graph, shuffled));
        Assert.Equal(Verdict(instance, instance.Credentials), Verdict(instance, shuffled));
    });

    [Fact]
    public void The_order_of_children_does_not_change_cost_or_verdict() => ForAll((instance, random) =>
    {
        var graph = RequirementGraph.Compile(Shuffle(instance.Root, random));
        var credentials = instance.Credentials
            .Select(credential => credential with { Eligible = [.. credential.Eligible.Select(eligible => eligible with { Leaf = graph.IndexOf(instance.Graph.Nodes[eligible.Leaf].Key) })] })
            .ToList();

        Assert.Equal(Cost(instance.Graph, instance.Credentials), Cost(graph, credentials));
    });

    [Fact]
    public void The_same_input_gives_the_same_answer_to_the_last_use() => ForAll((instance, _) =>
    {
        var first = Evaluator.Evaluate(instance.Graph, instance.Credentials);
        var second = Evaluator.Evaluate(instance.Graph, instance.Credentials);

        Assert.Equal(first.Uses, second.Uses);
        Assert.Equal(first.Outcomes, second.Outcomes);
    });

    [Fact]
    public void Another_credential_never_makes_it_worse() => ForAll((instance, _) =>
    {
        if (instance.Credentials.Count == 0)
            return;
        var fewer = instance.Credentials.Skip(1).ToList();

        Assert.True(Missing(instance.Graph, instance.Credentials) <= Missing(instance.Graph, fewer));
        Assert.True(Verdict(instance, instance.Credentials) >= Verdict(instance, fewer));
    });

    [Fact]
    public void Without_what_is_not_used_the_verdict_stays() => ForAll((instance, _) =>
    {
        var evaluation = Evaluator.Evaluate(instance.Graph, instance.Credentials);
        var used = evaluation.Uses.Select(use => use.Credential).ToHashSet();
        var kept = instance.Credentials.Where((_, index) => used.Contains(index)).ToList();

        Assert.Equal(evaluation.Verdict, Verdict(instance, kept));
    });

    [Fact]
    public void Resolving_a_doubt_never_flips_what_is_decided() => ForAll((instance, random) =>
    {
        var before = Verdict(instance, instance.Credentials);
        var resolved = instance.Credentials
            .Select(credential => credential with { Eligible = [.. credential.Eligible.Where(eligible => eligible.Certain || random.Next(2) == 0).Select(eligible => eligible with { Certain = true })] })
            .ToList();

        if (before != PathwayStackingVerdict.Unknown)
            Assert.Equal(before, Verdict(instance, resolved));
    });

    [Fact]
    public void Uses_are_legal() => ForAll((instance, _) =>
    {
        var uses = Evaluator.Evaluate(instance.Graph, instance.Credentials).Uses;

        Assert.All(uses, use => Assert.Contains(instance.Credentials[use.Credential].Eligible, eligible => eligible.Leaf == use.Leaf));
        Assert.All(uses.CountBy(use => use.Leaf), leaf => Assert.True(leaf.Value <= ((Leaf)instance.Graph.Nodes[leaf.Key]).Maximum));
        Assert.All(uses.CountBy(use => (use.Credential, ((Leaf)instance.Graph.Nodes[use.Leaf]).Domain ?? $"own {use.Leaf}")), token => Assert.Equal(1, token.Value));
    });

    [Fact]
    public void Out_of_budget_it_says_so_and_still_answers_legally()
    {
        // Six sums of credits that together ask for nearly all there is, of what does not divide.
        var random = new Random(1);
        var places = Enumerable.Range(0, 6).Select(place => $"p{place}").ToList();
        var credits = Enumerable.Range(0, 24).Select(_ => random.Next(20, 100)).ToList();
        var graph = RequirementGraph.Compile(SomeOf.All("root", [.. places.Select(place => new Leaf(place, 0, credits.Sum() / 6, domain: "once"))]));
        var credentials = credits.Select((worth, number) => new Credential($"c{number:00}", worth, [.. places.Select(place => new Eligibility(graph.IndexOf(place), Certain: true))])).ToList();

        var evaluation = Evaluator.Evaluate(graph, credentials, budget: 5);

        Assert.Equal((false, PathwayStackingVerdict.Unknown), (evaluation.ProvenOptimal, evaluation.Verdict));
        Assert.Equal(evaluation.Uses.Count, evaluation.Uses.DistinctBy(use => use.Credential).Count());
    }

    [Fact]
    public void Out_of_budget_it_still_refuses_what_one_requirement_alone_or_prices_refute()
    {
        var (graph, credentials) = PricesTests.Triples(seed: 1, triples: 30, credentials: 36, required: 10);
        var hopeless = RequirementGraph.Compile(SomeOf.All("all", graph.Nodes[graph.Root], new Leaf("nothing fits", 1)));
        List<Credential> same = [.. credentials.Select(credential => credential with { Eligible = [.. credential.Eligible.Select(eligible => eligible with { Leaf = hopeless.IndexOf(graph.Nodes[eligible.Leaf].Key) })] })];

        AssertRefused(graph, credentials, RefutationKind.Prices);
        AssertRefused(hopeless, same, RefutationKind.Alone);

        static void AssertRefused(RequirementGraph graph, IReadOnlyList<Credential> credentials, RefutationKind kind)
        {
            var evaluation = Evaluator.Evaluate(graph, credentials, budget: 5);
            Assert.Equal((false, PathwayStackingVerdict.NotSatisfied, kind), (evaluation.ProvenOptimal, evaluation.Verdict, evaluation.Certificate.Refutation?.Kind));
            Assert.True(new CertificateVerifier(graph, credentials).Proves(evaluation.Verdict, evaluation.Certificate));
        }
    }

    /// <summary>Whatever the budget, what is said is so, and said with a proof.</summary>
    [Fact]
    public void However_little_the_budget_no_verdict_is_wrong()
    {
        var (unproven, refused) = (0, 0);
        for (var seed = 0; seed < 1_000; seed++)
        {
            var instance = new RandomInstance(seed, doubts: true);
            var question = instance.Question with { Budget = seed % 4 };
            var evaluation = Evaluator.Evaluate(instance.Graph, instance.Credentials, question);
            if (evaluation.ProvenOptimal)
                continue;
            unproven++;
            if (evaluation.Verdict == PathwayStackingVerdict.Unknown)
                continue;
            refused += evaluation.Verdict == PathwayStackingVerdict.NotSatisfied ? 1 : 0;
            Assert.Equal(Oracle.VerdictOf(instance.Graph, instance.Credentials, instance.Question), evaluation.Verdict);
            Assert.True(new CertificateVerifier(instance.Graph, instance.Credentials, question.At).Proves(evaluation.Verdict, evaluation.Certificate), $"seed {seed}: {instance}");
        }

        Assert.True(unproven > 50 && refused > 10, $"{unproven} out of budget, {refused} of them refused");
    }

    /// <summary>What the search refuses, the proof must not show to be possible; whatever the size, for nothing has to be tried.</summary>
    [Fact]
    public void Nothing_is_refused_that_a_proof_comes_to_a_way_for()
    {
        var workspace = new Workspace();
        var (refused, proven) = (0, 0);
        for (var seed = 0; seed < Refusals; seed++)
        {
            var random = new RandomInstance(seed, maxCredentials: 8, maxLeaves: 8, doubts: seed % 2 == 0, oracle: false);
            Check((random.Graph, random.Credentials, random.Question), $"random {seed}: {random}");
            Check(AuctionTests.Competition(seed, sections: 4, credentials: 10), $"competition {seed}");
            Check(Plain(Shapes.Alike(seed, twins: 4, others: 3, credentials: 8)), $"alike {seed}");
            Check(Plain(Shapes.Shared(seed, left: 2 + (seed % 2), right: 4 + (seed % 3), credentials: 4 + (seed % 3))), $"shared {seed}");
        }

        Assert.True(refused > Refusals && proven > refused / 2, $"{refused} refused, {proven} of them proven");

        static (RequirementGraph, IReadOnlyList<Credential>, Question) Plain((RequirementGraph Graph, List<Credential> Credentials) shape) => (shape.Graph, shape.Credentials, new Question());

        void Check((RequirementGraph Graph, IReadOnlyList<Credential> Credentials, Question Question) instance, string name)
        {
            if (workspace.Evaluate(instance.Graph, instance.Credentials, instance.Question) == PathwayStackingVerdict.Satisfied)
                return;
            refused++;
            proven += workspace.Refute(out var isContradicted) is null ? 0 : 1;
            Assert.False(isContradicted, name);
        }
    }

    private static void ForAll(Action<RandomInstance, Random> check)
    {
        for (var seed = 0; seed < Cases; seed++)
            check(new RandomInstance(seed, maxCredentials: 8, maxLeaves: 7, doubts: true, oracle: false, plain: true), new Random(seed));
    }

    private static object Cost(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var workspace = new Workspace();
        workspace.Evaluate(graph, credentials, new Question(Budget: 1_000_000));
        return workspace.AnswerCost;
    }

    private static Rational Missing(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var workspace = new Workspace();
        workspace.Evaluate(graph, credentials, new Question(Budget: 1_000_000));
        var (scale, cost) = workspace.StrictCost;
        return new(cost.Missing, scale);
    }

    private static PathwayStackingVerdict Verdict(RandomInstance instance, IReadOnlyList<Credential> credentials) => Evaluator.Evaluate(instance.Graph, credentials).Verdict;

    private static Requirement Shuffle(Requirement node, Random random)
    {
        switch (node)
        {
            case SomeOf group:
                var children = group.Children.Select(child => Shuffle(child, random)).ToArray();
                random.Shuffle(children);
                return new SomeOf(group.Key, group.Required, children);
            case MinimumCredits minimum:
                return new MinimumCredits(minimum.Key, minimum.Credits, Shuffle(minimum.Child, random));
            default:
                return node;
        }
    }
}
