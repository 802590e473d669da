using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>What must not change a decision, over every kind of requirement and rule.</summary>
public sealed class InvarianceTests
{
    private const int Cases = 300;

    [Fact]
    public void The_order_of_evidence_and_of_children_changes_not_a_single_use() => ForAll((instance, random) =>
    {
        var graph = RequirementGraph.Compile(Shuffle(instance.Root, random), instance.Graph.Rules);
        var moved = instance.Credentials.Select(credential => credential with { Eligible = [.. credential.Eligible.Select(eligible => eligible with { Leaf = graph.IndexOf(instance.Graph.Nodes[eligible.Leaf].Key) })] }).ToArray();
        random.Shuffle(moved);
        var question = instance.Question with { Published = null };

        var expected = Evaluator.Evaluate(instance.Graph, instance.Credentials, question);
        var found = Evaluator.Evaluate(graph, moved, question);

        Assert.Equal((expected.Verdict, expected.Missing), (found.Verdict, found.Missing));
        Assert.Equal(Named(instance.Graph, instance.Credentials, expected), Named(graph, moved, found));
    });

    [Fact]
    public void A_published_allocation_stays_unless_a_change_helps() => ForAll((instance, random) =>
    {
        var question = instance.Question with { Published = null };
        var before = Evaluator.Evaluate(instance.Graph, instance.Credentials, question);
        var more = instance.Credentials.Append(instance.Credentials.Count == 0 ? new("z", 1, []) : instance.Credentials[random.Next(instance.Credentials.Count)] with { Id = "b", Preference = 0 }).ToList();
        var after = Evaluator.Evaluate(instance.Graph, more, question with { Published = before.Uses });
        var fresh = Evaluator.Evaluate(instance.Graph, more, question);

        if ((before.Verdict, before.Missing, Doubts(before)) == (after.Verdict, after.Missing, Doubts(after)) && before.Uses.Count == after.Uses.Count)
            Assert.Equal(before.Uses, after.Uses);
        Assert.Equal((fresh.Verdict, fresh.Missing), (after.Verdict, after.Missing));

        int Doubts(Evaluation evaluation) => evaluation.Uses.Count(use => evaluation.Outcomes[use.Leaf].Verdict == Verdict.Unknown);
    });

    [Fact]
    public void More_that_may_be_shared_never_leaves_more_missing() => ForAll((instance, _) =>
    {
        var rules = instance.Graph.Rules;
        var wider = RequirementGraph.Compile(instance.Root, rules with { Caps = [.. (rules.Caps ?? []).Select(cap => cap with { Count = cap.Count + 1, Credits = cap.Credits is { } credits ? credits + 1 : null })] });

        var (tight, wide) = (Evaluator.Evaluate(instance.Graph, instance.Credentials, instance.Question), Evaluator.Evaluate(wider, instance.Credentials, instance.Question));

        Assert.True(wide.Verdict > tight.Verdict || (wide.Verdict == tight.Verdict && wide.Missing <= tight.Missing), $"{tight} {wide}: {instance}");
    });

    [Fact]
    public void No_credential_is_used_more_often_in_a_domain_than_it_allows() => ForAll((instance, _) =>
    {
        foreach (var (token, times) in Evaluator.Evaluate(instance.Graph, instance.Credentials, instance.Question).Uses
            .CountBy(use => (use.Credential, Domain: ((Leaf)instance.Graph.Nodes[use.Leaf]).Domain ?? $"only {use.Leaf}")))
        {
            Assert.InRange(times, 1, instance.Graph.Rules.Exclusivities?.FirstOrDefault(rule => rule.Domain == token.Domain)?.Uses ?? 1);
        }
    });

    private static List<string> Named(RequirementGraph graph, IReadOnlyList<Credential> credentials, Evaluation evaluation)
        => [.. evaluation.Uses.Select(use => $"{graph.Nodes[use.Leaf].Key} {credentials[use.Credential].Id}").Order(StringComparer.Ordinal)];

    private static void ForAll(Action<RandomInstance, Random> check)
    {
        for (var seed = 0; seed < Cases; seed++)
            check(new RandomInstance(seed, maxCredentials: 7, maxLeaves: 6, doubts: true, oracle: false), new Random(seed));
    }

    private static Requirement Shuffle(Requirement node, Random random)
    {
        switch (node)
        {
            case SomeOf group:
                var children = group.Children.Select(child => Shuffle(child, random)).ToArray();
                random.Shuffle(children);
                return new SomeOf(group.Key, group.Required, children);
            case MinimumCredits minimum:
                return new MinimumCredits(minimum.Key, minimum.Credits, Shuffle(minimum.Child, random), minimum.Of);
            case MinimumCount minimum:
                return new MinimumCount(minimum.Key, minimum.Count, Shuffle(minimum.Child, random), minimum.Of);
            case MinimumAverage average:
                return new MinimumAverage(average.Key, average.Points, Shuffle(average.Child, random), average.Of);
            case Limit limit:
                return new Limit(limit.Key, Shuffle(limit.Child, random), limit.Of, limit.Count, limit.Credits);
            default:
                return node;
        }
    }
}
