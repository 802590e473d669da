using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>Proofs by prices: the cheapest way costs more than all uses that there can be.</summary>
public sealed class PricesTests(ITestOutputHelper output)
{
    private static readonly int Cases = RandomCases.Count / 10;

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Set_packing_that_cannot_be_is_refuted_in_short_where_it_is_hardest(int required)
    {
        var (refuted, atOnce) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var (graph, credentials) = Triples(seed, 60, 90, required);
            var evaluation = Evaluator.Evaluate(graph, credentials);
            if (evaluation.Verdict == Verdict.Satisfied)
                continue;
            Assert.True(new CertificateVerifier(graph, credentials).Proves(evaluation.Verdict, evaluation.Certificate), $"seed {seed}: {evaluation.Verdict}");
            refuted++;
            atOnce += evaluation.Certificate.Refutation is { Kind: RefutationKind.Prices } ? 1 : 0;
        }

        output.WriteLine($"{refuted} refuted, {atOnce} without a split");
        Assert.True(refuted >= 10, $"Only {refuted} of 60 had to be refuted.");
    }

    /// <summary>Of every kind of requirement, and of such as compete.</summary>
    [Fact]
    public void Prices_that_are_found_are_accepted_and_none_are_found_where_there_is_a_way()
    {
        var (contested, found) = (0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new RandomInstance(seed, doubts: true);
            var (graph, credentials, question) = seed % 4 > 0 ? (random.Graph, random.Credentials, random.Question) : AuctionTests.Competition(seed, credentials: 4);
            var (isAlive, prices) = Find(graph, credentials, question);
            contested += isAlive && Evaluator.Evaluate(graph, credentials, question).Verdict == Verdict.NotSatisfied ? 1 : 0;
            if (prices is null)
                continue;
            found++;
            Assert.True(Oracle.Best(graph, credentials, question, generous: true).Missing > 0, $"seed {seed}: {string.Join(' ', prices)} refute what can be");
            Assert.True(Proves(graph, credentials, question, prices), $"seed {seed}: {string.Join(' ', prices)} prove nothing");
        }

        output.WriteLine($"{found} of {contested} that only fail together have prices");
        Assert.True(found > contested / 2 && found > Cases / 40, $"Only {found} of {contested} have prices.");
    }

    [Fact]
    public void No_prices_whatever_prove_what_is_not_so()
    {
        var proven = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var instance = new RandomInstance(seed, doubts: true);
            var random = new Random(seed);
            var domains = instance.Graph.Nodes.OfType<Leaf>().Select(leaf => leaf.Domain).OfType<string>().Distinct().Count();
            bool? isPossible = null;
            for (var attempt = 0; attempt < 20; attempt++)
            {
                List<Price> prices = [.. from domain in Enumerable.Range(0, domains) from credential in Enumerable.Range(0, instance.Credentials.Count)
                                         where random.Next(3) > 0 select new Price(domain, credential, random.Next(1, 4))];
                if (!Proves(instance.Graph, instance.Credentials, instance.Question, prices))
                    continue;
                proven++;
                isPossible ??= Oracle.Best(instance.Graph, instance.Credentials, instance.Question, generous: true).Missing == 0;
                Assert.False(isPossible, $"seed {seed}: {string.Join(' ', prices)} \"prove\" that this can't be: {instance}");
            }
        }

        Assert.True(proven > Cases / 20, $"Only {proven} prices proved anything: a verifier that accepts none would pass too.");
    }

    /// <summary>The first needs a, the second eight credits of a and b, worth eight and four: each alone can be, and so can the sums.</summary>
    [Fact]
    public void Count_and_credits_are_refuted_together()
    {
        var graph = RequirementGraph.Compile(SomeOf.All("root", new Leaf("one", 1, domain: "once"), new Leaf("sum", 0, 8, domain: "once")));
        var (one, sum) = (new Eligibility(graph.IndexOf("one"), Certain: true), new Eligibility(graph.IndexOf("sum"), Certain: true));
        List<Credential> credentials = [new("a", 8, [one, sum]), new("b", 4, [sum])];

        var evaluation = Evaluator.Evaluate(graph, credentials);

        Assert.Equal((Verdict.NotSatisfied, RefutationKind.Prices), (evaluation.Verdict, evaluation.Certificate.Refutation?.Kind));
        Assert.True(new CertificateVerifier(graph, credentials).Proves(evaluation.Verdict, evaluation.Certificate));
    }

    /// <summary>Two credentials for three places, at one each.</summary>
    [Theory]
    [InlineData(true, 0, 0, 1, 0, 1, 1)]
    [InlineData(false, 0, 0, 1)]
    [InlineData(false, 0, 0, 1, 0, 1, 0)]
    [InlineData(false, 0, 0, 1, 0, 1, -1)]
    [InlineData(false, 0, 0, 1, 0, 1, 1, 0, 1, 1)]
    [InlineData(false, 0, 0, 1, 0, 2, 1)]
    [InlineData(false, 0, 0, 1, 0, -1, 1)]
    [InlineData(false, 0, 0, 1, 1, 1, 1)]
    [InlineData(false, 0, 0, 3, 0, 1, 1)]
    public void Prices_that_are_wrong_or_name_what_is_not_there_prove_nothing(bool proves, params int[] numbers)
    {
        string[] places = ["x", "y", "z"];
        var graph = RequirementGraph.Compile(SomeOf.All("root", [.. places.Select(place => new Leaf(place, 1, domain: "once"))]));
        List<Eligibility> everywhere = [.. places.Select(place => new Eligibility(graph.IndexOf(place), Certain: true))];
        List<Credential> credentials = [new("a", 1, everywhere), new("b", 1, everywhere)];
        List<Price> prices = [.. numbers.Chunk(3).Select(price => new Price(price[0], price[1], price[2]))];

        Assert.Equal(proves, new CertificateVerifier(graph, credentials).Proves(Verdict.NotSatisfied, new(null, null, new(RefutationKind.Prices, Prices: prices))));
    }

    [Fact]
    public void What_may_be_used_twice_is_there_twice()
    {
        string[] places = ["x", "y", "z"];
        var graph = RequirementGraph.Compile(SomeOf.All("root", [.. places.Select(place => new Leaf(place, 1, domain: "twice"))]), new Rules([new("twice", 2)]));
        Credential everywhere = new("a", 1, [.. places.Select(place => new Eligibility(graph.IndexOf(place), Certain: true))]);
        Certificate certificate = new(null, null, new(RefutationKind.Prices, Prices: [new(0, 0, 1)]));

        Assert.True(new CertificateVerifier(graph, [everywhere]).Proves(Verdict.NotSatisfied, certificate));
        Assert.False(new CertificateVerifier(graph, [everywhere, everywhere with { Id = "b" }]).Proves(Verdict.NotSatisfied, certificate));
    }

    private static bool Proves(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question, IReadOnlyList<Price> prices)
        => new CertificateVerifier(graph, credentials, question.At).Proves(Verdict.NotSatisfied, new(null, null, new(RefutationKind.Prices, Prices: prices)));

    /// <summary>In the generous reading, before any other kind of proof is tried; and whether nothing is impossible by itself.</summary>
    private static (bool IsAlive, IReadOnlyList<Price>? Prices) Find(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
    {
        var (holdings, instance) = (new Holdings(), new Instance());
        holdings.Take(graph.FlatGraph, credentials, question.At);
        instance.Load(graph.FlatGraph, holdings, published: null, possible: true);
        new Solver().Solve(instance, new Budget().Start(1_000_000, 0), strict: null);
        var prover = new Prover(instance, maxSteps: 1);
        var alive = prover.Alive();
        return alive[graph.FlatGraph.Root] ? (true, prover.TooDear(alive)?.Prices) : (false, null);
    }

    internal static (RequirementGraph Graph, List<Credential> Credentials) Triples(int seed, int triples, int credentials, int required)
    {
        var random = new Random(seed);
        var eligible = Enumerable.Range(0, credentials).Select(_ => new List<string>()).ToArray();
        var children = Enumerable.Range(0, triples).Select(triple =>
        {
            var members = Enumerable.Range(0, credentials).ToArray();
            random.Shuffle(members);
            for (var part = 0; part < 3; part++)
                eligible[members[part]].Add($"t{triple}.{part}");
            return SomeOf.All($"t{triple}", [.. Enumerable.Range(0, 3).Select(part => new Leaf($"t{triple}.{part}", 1, domain: "once"))]);
        }).ToList();
        var graph = RequirementGraph.Compile(new SomeOf("root", required, children));
        return (graph, [.. eligible.Select((leaves, number) => new Credential($"c{number:000}", 3, [.. leaves.Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))]))]);
    }
}
