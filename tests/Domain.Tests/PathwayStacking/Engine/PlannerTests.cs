using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class PlannerTests
{
    [Fact]
    public void The_cheapest_plan_is_the_cheapest_of_all_sets_of_offers()
    {
        var planned = 0;
        for (var seed = 0; seed < 250; seed++)
        {
            var instance = new RandomInstance(seed, maxCredentials: 8, doubts: true, oracle: false);
            var random = new Random(seed);
            var held = instance.Credentials.Take(instance.Credentials.Count / 3).ToList();
            var offers = instance.Credentials.Skip(held.Count).Select(credential => new Offering(credential, random.Next(0, 6))).ToList();
            var question = instance.Question with { Published = null };

            var plan = Planner.Cheapest(instance.Graph, held, offers, question);

            var sets = Enumerable.Range(0, 1 << offers.Count).Select(set => offers.Where((_, index) => (set & (1 << index)) != 0).ToList());
            var least = sets.Where(set => Evaluator.Evaluate(instance.Graph, [.. held, .. set.Select(offer => offer.Credential)], question).Verdict == Verdict.Satisfied)
                .Select(set => (long?)set.Sum(offer => offer.Cost)).Min();
            Assert.True(least == plan?.Cost && plan?.ProvenCheapest != false, $"seed {seed}: {plan} instead of {least}: {instance}");
            planned += plan is { Offers.Count: > 1 } ? 1 : 0;
        }

        Assert.True(planned >= 8, $"Only {planned} plans have more than one step.");
    }

    [Fact]
    public void An_offer_that_completes_comes_before_one_that_gains_more_for_less()
    {
        var graph = RequirementGraph.Compile(SomeOf.Any("root", new Leaf("one", 1, weight: 3), SomeOf.All("two", new Leaf("a", 1), new Leaf("b", 1))));
        List<Offering> offers = [new(new("cheap", 1, [new(graph.IndexOf("a"), Certain: true)]), 1), new(new("dear", 1, [new(graph.IndexOf("one"), Certain: true)]), 9), new(new("useless", 1, []), 0)];

        Assert.Equal([1, 0], Planner.Rank(graph, [], offers).Select(step => step.Offer));
    }

    [Fact]
    public void A_credential_that_is_not_used_where_one_would_expect_it_shows_what_its_use_there_would_cost()
    {
        var graph = RequirementGraph.Compile(SomeOf.All("root", new Leaf("maths", 1, domain: "once"), new Leaf("any", 1, domain: "once")));
        List<Credential> credentials =
        [
            new("algebra", 1, [new(graph.IndexOf("maths"), Certain: true), new(graph.IndexOf("any"), Certain: true)]),
            new("painting", 1, [new(graph.IndexOf("any"), Certain: true)]),
        ];

        var supposed = Planner.UsedAt(graph, credentials, graph.IndexOf("any"), 0);

        Assert.Equal((true, Verdict.Satisfied, Verdict.NotSatisfied), (supposed.IsUsed, supposed.Actual.Verdict, supposed.Supposed.Verdict));
    }
}
