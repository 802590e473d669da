using System.Text.Json;
using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class CertificateTests
{
    private const int Cases = 800;

    [Fact]
    public void Every_verdict_comes_with_a_certificate_that_an_independent_check_accepts()
    {
        var (wrong, unproven) = (new List<string>(), 0);
        for (var seed = 0; seed < Cases && wrong.Count < 5; seed++)
        {
            var instance = new RandomInstance(seed, doubts: true);
            var evaluation = Evaluator.Evaluate(instance.Graph, instance.Credentials, instance.Question);
            var isProven = Verify(instance, evaluation.Verdict, evaluation.Certificate);

            // A proof that would be too long is left out.
            if (!isProven && evaluation.Certificate.Refutation is null && evaluation.Verdict != Verdict.Satisfied)
                unproven++;
            else if (!isProven)
                wrong.Add($"seed {seed}: {evaluation.Verdict} is not proven by {evaluation.Certificate}: {instance}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(unproven <= Cases / 100, $"{unproven} of {Cases} have no proof.");
    }

    [Fact]
    public void No_altered_certificate_proves_a_verdict_that_is_not_so()
    {
        var (altered, rejected) = (0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var instance = new RandomInstance(seed, doubts: true);
            var evaluation = Evaluator.Evaluate(instance.Graph, instance.Credentials, instance.Question);
            var random = new Random(seed);
            foreach (var certificate in Alter(evaluation.Certificate, instance, random))
            {
                foreach (var verdict in Enum.GetValues<Verdict>())
                {
                    altered++;
                    if (!Verify(instance, verdict, certificate))
                        rejected++;
                    else
                        Assert.True(Oracle.VerdictOf(instance.Graph, instance.Credentials, instance.Question) == verdict, $"seed {seed}: {verdict} is \"proven\" by {certificate}: {instance}");
                }
            }
        }

        Assert.True(rejected > altered * 2 / 3, $"{rejected} of {altered} rejected.");
    }

    /// <summary>One and a half credits may be shared: that is room for one credit, and neither for none nor for two.</summary>
    [Theory]
    [InlineData(1, Verdict.Satisfied)]
    [InlineData(2, Verdict.NotSatisfied)]
    public void A_cap_in_fractions_of_credits_is_checked_as_it_is_said(int credits, Verdict verdict)
    {
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", new Leaf("here", 1, domain: "left"), new Leaf("there", 1, domain: "right")), new Rules(Caps: [new("cap", "left", "right", Credits: new(3, 2))]));
        List<Credential> credentials = [new("a", credits, [new(graph.IndexOf("here"), Certain: true), new(graph.IndexOf("there"), Certain: true)])];
        var verifier = new CertificateVerifier(graph, credentials);

        var evaluation = Evaluator.Evaluate(graph, credentials);
        Refutation nothing = new(RefutationKind.Alone), exceeded = new(RefutationKind.Exceeded);
        Refutation shared = new(RefutationKind.Use, graph.IndexOf("here"), 0, Left: new(RefutationKind.Use, graph.IndexOf("there"), 0, Left: exceeded, Right: nothing), Right: nothing);

        Assert.Equal(verdict, evaluation.Verdict);
        Assert.True(verifier.Proves(verdict, evaluation.Certificate));
        Assert.Equal(verdict == Verdict.NotSatisfied, verifier.Proves(Verdict.NotSatisfied, new(null, null, shared)));
    }

    /// <summary>JSON may leave anything out.</summary>
    [Fact]
    public void A_certificate_with_nothing_in_a_place_proves_nothing()
    {
        var graph = RequirementGraph.Compile(SomeOf.Any("root", new Leaf("a", 1), new Leaf("b", 1)));
        List<Credential> credentials = [new("c", 1, [new(graph.IndexOf("a"), Certain: true)])];
        var (verifier, sound) = (new CertificateVerifier(graph, credentials), Evaluator.Evaluate(graph, credentials).Certificate);
        Assert.True(verifier.Proves(Verdict.Satisfied, sound));
        Certificate?[] malformed =
        [
            null,
            sound with { Uses = null },
            sound with { Selected = null },
            sound with { Selected = [null!] },
            sound with { Selected = [.. sound.Selected!, null!] },
            sound with { Selected = [new(graph.Root, null!)] },
            .. Enum.GetValues<RefutationKind>().Append((RefutationKind)99).Select(kind => new Certificate(null, null, new(kind))),
            .. Enum.GetValues<RefutationKind>().Select(kind => new Certificate(null, null, new(kind, 0, 0, [], Left: new(kind), Within: 5, Prices: []))),
        ];

        foreach (var verdict in Enum.GetValues<Verdict>().Append((Verdict)99))
            Assert.All(malformed, certificate => Assert.False(verifier.Proves(verdict, certificate!)));
        Assert.False(verifier.Proves((Verdict)99, sound));
    }

    /// <summary>So many may be shared that the number of those there are and this one is more than 32 bits hold.</summary>
    [Fact]
    public void A_cap_that_allows_more_than_there_ever_is_refutes_nothing()
    {
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", new Leaf("here", 1, domain: "left"), new Leaf("there", 1, domain: "right")), new Rules(Caps: [new("cap", "left", "right", int.MaxValue)]));
        List<Credential> credentials = [new("a", 1, [new(graph.IndexOf("here"), Certain: true), new(graph.IndexOf("there"), Certain: true)])];
        var (holdings, instance) = (new Holdings(), new Instance());
        holdings.Take(graph.FlatGraph, credentials, at: null);
        instance.Load(graph.FlatGraph, holdings, published: null, possible: false);
        new Solver().Solve(instance, new Budget().Start(1_000, 0), strict: null);

        Assert.Null(new Prover(instance, maxSteps: 50).Refute());
    }

    /// <summary>One leaf takes one of three good grades, which would only together make up for the bad one.</summary>
    [Fact]
    public void What_a_leaf_takes_no_more_of_is_refuted()
    {
        var graph = RequirementGraph.Compile(new MinimumAverage("mean", 3, SomeOf.All("all", new Leaf("free", 0, 1, maximum: 1), new Leaf("bad", 1))));
        List<Credential> credentials = [.. Enumerable.Range(0, 3).Select(number => new Credential($"c{number}", 1, [new(graph.IndexOf("free"), Certain: true)], Facts: new(Points: 5)))];

        AssertRefuted(graph, [.. credentials, new("z", 3, [new(graph.IndexOf("bad"), Certain: true)], Facts: new(Points: 1))]);
    }

    /// <summary>Nobody needs the pair, but only the pair would bring the sum; and there is one credential for both its leaves.</summary>
    [Fact]
    public void What_is_not_needed_and_would_help_is_refuted_too()
    {
        var graph = RequirementGraph.Compile(new MinimumCredits("sum", 4, new SomeOf("any", 0, [SomeOf.All("pair", new Leaf("a", 1, domain: "once"), new Leaf("b", 1, domain: "once"))])));

        AssertRefuted(graph, [new("x", 4, [new(graph.IndexOf("a"), Certain: true), new(graph.IndexOf("b"), Certain: true)])]);
    }

    private static void AssertRefuted(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var evaluation = Evaluator.Evaluate(graph, credentials);

        Assert.Equal((Verdict.NotSatisfied, true), (evaluation.Verdict, evaluation.ProvenOptimal));
        Assert.True(new CertificateVerifier(graph, credentials).Proves(evaluation.Verdict, evaluation.Certificate));
    }

    /// <summary>Each of many credentials is more than the limit allows: that is seen at once, not credential by credential, and not where the limit allows one.</summary>
    [Fact]
    public void What_exceeds_a_limit_by_itself_is_refuted_at_once()
    {
        var (verdict, certificate, _) = Limited(credits: 1);

        Assert.Equal((Verdict.NotSatisfied, RefutationKind.Alone), (verdict, certificate.Refutation?.Kind));
        Assert.True(Limited(credits: 1).Verifier.Proves(verdict, certificate));
        Assert.False(Limited(credits: 2).Verifier.Proves(verdict, certificate));
    }

    /// <summary>Readers of JSON follow 64 levels: what is deeper could be neither stored nor shown.</summary>
    [Fact]
    public void No_proof_is_deeper_than_can_be_stored()
    {
        foreach (var others in (int[])[10, 100])
        {
            var (verdict, certificate, verifier) = Limited(credits: 3, others, withOne: true);
            Assert.Equal((Verdict.NotSatisfied, others == 10), (verdict, verifier.Proves(verdict, certificate)));
            Assert.Contains("Refutation", JsonSerializer.Serialize(new { Event = new { Certificate = certificate } }), StringComparison.Ordinal);
        }
    }

    /// <summary>One of many credentials of two credits each, and perhaps a certain other one, within so many credits.</summary>
    private static (Verdict Verdict, Certificate Certificate, CertificateVerifier Verifier) Limited(int credits, int others = 100, bool withOne = false)
    {
        var graph = RequirementGraph.Compile(new Limit("limit", SomeOf.All("all", [new Leaf("any", 1), .. withOne ? [new Leaf("a", 1)] : Array.Empty<Leaf>()]), credits: credits));
        List<Credential> credentials = [.. Enumerable.Range(0, others).Select(number => new Credential($"c{number:00}", 2, [new(graph.IndexOf("any"), Certain: true)]))];
        if (withOne)
            credentials.Add(new("one", 2, [new(graph.IndexOf("a"), Certain: true)]));
        var evaluation = Evaluator.Evaluate(graph, credentials);
        return (evaluation.Verdict, evaluation.Certificate, new(graph, credentials));
    }

    private static bool Verify(RandomInstance instance, Verdict verdict, Certificate certificate)
        => new CertificateVerifier(instance.Graph, instance.Credentials, instance.Question.At).Proves(verdict, certificate);

    private static IEnumerable<Certificate> Alter(Certificate certificate, RandomInstance instance, Random random)
    {
        yield return new([], [], new(RefutationKind.Alone));
        yield return new([], [], new(RefutationKind.Exceeded));
        yield return certificate with { Refutation = new(RefutationKind.Count, Leaves: [.. Enumerable.Range(0, instance.Graph.Nodes.Count).Where(node => instance.Graph.Nodes[node] is Leaf)], Within: random.Next(2)) };
        if (certificate is { Uses: { Count: > 0 } uses, Selected: { } selected })
        {
            var index = random.Next(uses.Count);
            yield return certificate with { Uses = [.. uses.Where((_, position) => position != index)] };
            yield return certificate with { Uses = [.. uses, uses[index]] };
            yield return certificate with { Uses = [.. uses, new(random.Next(instance.Graph.Nodes.Count), random.Next(instance.Credentials.Count))] };
            yield return certificate with { Uses = [.. uses.Select((use, position) => position == index ? use with { Credential = random.Next(instance.Credentials.Count) } : use)] };
            yield return certificate with { Uses = [.. uses.Select((use, position) => position == index ? use with { Leaf = random.Next(instance.Graph.Nodes.Count) } : use)] };
            yield return certificate with { Selected = [.. selected.Select(selection => selection with { Children = [.. selection.Children.Skip(1)] })] };
            yield return certificate with { Selected = [.. selected.Select(selection => selection with { Children = [.. selection.Children, .. selection.Children.Take(1)] })] };
        }

        if (certificate.Refutation is { Left: { } left, Right: { } right } split)
        {
            yield return certificate with { Refutation = left };
            yield return certificate with { Refutation = right };
            yield return certificate with { Refutation = split with { Left = right, Right = left } };
            yield return certificate with { Refutation = split with { Node = random.Next(instance.Graph.Nodes.Count) } };
        }
        else if (certificate.Refutation is { Prices: { Count: > 0 } prices } dear)
        {
            var index = random.Next(prices.Count);
            yield return certificate with { Refutation = dear with { Prices = [.. prices.Where((_, position) => position != index)] } };
            yield return certificate with { Refutation = dear with { Prices = [.. prices, prices[index]] } };
            yield return certificate with { Refutation = dear with { Prices = [.. prices.Select((price, position) => position == index ? price with { Amount = price.Amount + 1 } : price)] } };
            yield return certificate with { Refutation = dear with { Prices = [.. prices.Select((price, position) => position == index ? price with { Credential = random.Next(instance.Credentials.Count) } : price)] } };
        }
        else if (certificate.Refutation is { Leaves: { Count: > 0 } leaves } hall)
        {
            yield return certificate with { Refutation = hall with { Leaves = [.. leaves.Skip(1)] } };
            yield return certificate with { Refutation = hall with { Leaves = [.. leaves, leaves[0]] } };
        }
    }
}
