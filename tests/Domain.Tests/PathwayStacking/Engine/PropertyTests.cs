using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;
using Xunit;
using PathwayStackingVerdict = Pathways.PathwayStacking.Engine.Verdict;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>What must hold for every input, checked on random ones that are larger than an oracle could try.</summary>
public sealed class PropertyTests
{
    private const int Cases = 150;

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
        // Ten of thirty triples over thirty-six credentials: set packing, where it is hardest.
        var random = new Random(1);
        var eligible = Enumerable.Range(0, 36).Select(_ => new List<string>()).ToArray();
        var triples = Enumerable.Range(0, 30).Select(triple => SomeOf.All($"t{triple}", [.. Enumerable.Range(0, 3).Select(part =>
        {
            eligible[random.Next(36)].Add($"t{triple}.{part}");
            return new Leaf($"t{triple}.{part}", 1, domain: "d");
        })])).ToList();
        var graph = RequirementGraph.Compile(new SomeOf("root", 10, triples));
        var credentials = eligible.Select((leaves, number) => new Credential(
            $"c{number}", 3, [.. leaves.Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))])).ToList();

        var evaluation = Evaluator.Evaluate(graph, credentials, budget: 50);

        Assert.Equal((false, PathwayStackingVerdict.Unknown), (evaluation.ProvenOptimal, evaluation.Verdict));
        Assert.Equal(evaluation.Uses.Count, evaluation.Uses.DistinctBy(use => use.Credential).Count());
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
