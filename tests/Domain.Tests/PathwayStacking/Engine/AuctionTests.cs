using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>Blocks in which leaves only compete for credentials, solved by prices.</summary>
public sealed class AuctionTests(ITestOutputHelper output)
{
    private static readonly int Cases = RandomCases.Count / 20;

    [Fact]
    public void Finds_what_trying_everything_finds()
    {
        var workspace = new Workspace { StepsBeforeAuction = 0 };
        for (var seed = 0; seed < Cases; seed++)
        {
            var (graph, credentials, question) = Competition(seed);
            workspace.Evaluate(graph, credentials, question);
            var (scale, cost) = workspace.AnswerCost;
            var found = new Oracle.Price(new(cost.Missing, scale), cost.Doubt, cost.Uses, cost.Rest % Cost.OneUse / Cost.Moved, cost.Rest % Cost.Moved);
            var best = Oracle.Best(graph, credentials, question);
            Assert.True(found == best && workspace.Refined, $"seed {seed}: found {found}, best is {best}");
        }

        Assert.True(workspace.Auctions > Cases / 10, $"Only {workspace.Auctions} of {Cases} were auctioned.");
    }

    /// <summary>One way stands under several choices: what is decided for one of them is not decided for the others.</summary>
    [Fact]
    public void Finds_what_the_search_without_prices_finds_where_choices_share_a_way()
    {
        var (auctioning, searching) = (new Workspace { StepsBeforeAuction = 0 }, new Workspace { StepsBeforeAuction = int.MaxValue });
        var compared = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var eligible = Enumerable.Range(0, 10).Select(_ => new List<string>()).ToArray();
            var shared = new Leaf("z", 1, weight: random.Next(1, 4));
            var choices = Enumerable.Range(0, 7).Select(choice => SomeOf.Any($"c{choice}", [.. Enumerable.Range(0, 3).Select(way => Way($"w{choice}.{way}")), .. choice % 2 == 0 ? [shared] : Array.Empty<Requirement>()]));
            var graph = RequirementGraph.Compile(SomeOf.All("root", [.. choices]));
            List<Credential> credentials = [.. eligible.Select((leaves, number) => new Credential($"c{number}", 1, [.. leaves.Distinct().Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))]))];
            auctioning.Evaluate(graph, credentials, new Question(Budget: 500_000));
            searching.Evaluate(graph, credentials, new Question(Budget: 500_000));
            if (!auctioning.ProvenOptimal || !searching.ProvenOptimal)
                continue;
            compared++;
            Assert.True(searching.AnswerCost.Cost.Missing == auctioning.AnswerCost.Cost.Missing, $"seed {seed}: {searching.AnswerCost} {auctioning.AnswerCost}");

            SomeOf Way(string key) => SomeOf.All(key, [.. Enumerable.Range(0, 2).Select(part =>
            {
                for (var count = random.Next(1, 4); count > 0; count--)
                    eligible[random.Next(10)].Add($"{key}.{part}");
                return new Leaf($"{key}.{part}", random.Next(1, 3), domain: "once");
            })]);
        }

        output.WriteLine($"{auctioning.Auctions} auctioned, {compared} compared");
        Assert.True(auctioning.Auctions > 100 && compared > 100, $"{auctioning.Auctions} auctioned, {compared} compared");
    }

    [Fact]
    public void Its_ways_are_legal_and_its_certificates_hold()
    {
        var workspace = new Workspace { StepsBeforeAuction = 0 };
        for (var seed = 0; seed < 400; seed++)
        {
            var (graph, credentials, question) = Competition(seed, sections: 4, credentials: 12);
            var verdict = workspace.Evaluate(graph, credentials, question);
            var evaluation = workspace.ToEvaluation();
            Assert.True(
                verdict != Verdict.Satisfied || new CertificateVerifier(graph).Proves(credentials, evaluation.Verdict, evaluation.Certificate, question.At), $"seed {seed}");
            foreach (var (use, times) in evaluation.Uses.CountBy(use => use.Credential))
                Assert.InRange(times, 1, graph.Rules.Exclusivities?.Max(rule => rule.Uses) ?? 1);
        }
    }

    [Fact]
    public void Proves_what_the_search_without_prices_does_not()
    {
        var (auctioning, searching) = (new Workspace(), new Workspace { StepsBeforeAuction = int.MaxValue });
        var (proven, unproven) = (0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var (graph, credentials, question) = Competition(seed, sections: 16, credentials: 30);
            auctioning.Evaluate(graph, credentials, question);
            searching.Evaluate(graph, credentials, question);
            proven += auctioning.ProvenOptimal ? 1 : 0;
            unproven += searching.ProvenOptimal ? 0 : 1;
            if (auctioning.Refined && searching.Refined)
                Assert.Equal(searching.AnswerCost, auctioning.AnswerCost);
        }

        output.WriteLine($"{proven} proven with prices, {unproven} unproven without");
        Assert.True(proven >= 18 && unproven >= 5, $"{proven} proven with prices, {unproven} unproven without");
    }

    /// <summary>Sections of a programme that must all hold: leaves by count and by credits, some of several, choices between composite ways.</summary>
    internal static (RequirementGraph Graph, List<Credential> Credentials, Question Question) Competition(int seed, int sections = 2, int credentials = 5, int perLeaf = 2)
    {
        var random = new Random(seed);
        var eligible = Enumerable.Range(0, credentials).Select(_ => new List<string>()).ToArray();
        var (places, uses) = (0, random.Next(4) == 0 ? 2 : 1);
        var parts = Enumerable.Range(0, sections).Select(_ => Section()).ToList();
        var graph = RequirementGraph.Compile(SomeOf.All("root", parts), new Rules(Exclusivities: [new("once", uses)]));
        var held = eligible.Select((leaves, number) => new Credential(
            $"c{number:00}", random.Next(3) == 0 ? new Rational(5, 2) : random.Next(1, 5),
            [.. leaves.Distinct().Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))],
            Preference: seed % 5 == 0 ? random.Next(4) : 0)).ToList();
        var published = seed % 3 > 0 ? null : held.Index().Where(item => item.Item.Eligible.Count > 0 && random.Next(2) == 0)
            .Select(item => new Use(item.Item.Eligible[random.Next(item.Item.Eligible.Count)].Leaf, item.Index)).ToList();
        return (graph, held, new Question(Published: published));

        Requirement Section() => random.Next(4) switch
        {
            0 => Leaf(),
            1 => new SomeOf($"s{places++}", 2, [Leaf(), Leaf(), Leaf()]),
            _ => SomeOf.Any($"s{places++}", SomeOf.All($"s{places++}", Leaf(), Leaf()), SomeOf.All($"s{places++}", Leaf(), Leaf())),
        };

        Leaf Leaf()
        {
            var key = $"l{places++}";
            for (var count = random.Next(1, (2 * perLeaf) + 1); count > 0; count--)
                eligible[random.Next(credentials)].Add(key);
            return random.Next(2) == 0 ? new(key, random.Next(1, 3), domain: "once", weight: random.Next(4) == 0 ? 2 : 1) : new(key, 0, random.Next(2, 7), domain: "once");
        }
    }
}
