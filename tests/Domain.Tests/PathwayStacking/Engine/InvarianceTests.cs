using System.Text.Json;
using Pathways.Kernel.Credit;
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

    /// <summary>The certificate is part of a decision's hash.</summary>
    [Fact]
    public void The_order_of_evidence_changes_nothing_in_a_certificate()
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < Cases; seed++)
        {
            var instance = new RandomInstance(seed, maxCredentials: 7, maxLeaves: 6, doubts: true, oracle: false);
            var competition = AuctionTests.Competition(seed, sections: 4, credentials: 9);
            var packing = PricesTests.Triples(seed, 24, 36, required: 9);
            Compare(instance.Graph, instance.Credentials, instance.Question, seed);
            Compare(competition.Graph, competition.Credentials, competition.Question, seed);
            Compare(packing.Graph, packing.Credentials, new Question(), seed);
        }

        Assert.Superset(new HashSet<string> { nameof(RefutationKind.Prices), nameof(RefutationKind.Choice), nameof(RefutationKind.Count) }, kinds);

        void Compare(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question, int seed)
        {
            int[] order = [.. Enumerable.Range(0, credentials.Count)];
            new Random(seed).Shuffle(order);
            var expected = Evaluator.Evaluate(graph, credentials, question with { Published = null }).Certificate;
            var found = Evaluator.Evaluate(graph, [.. order.Select(index => credentials[index])], question with { Published = null }).Certificate;
            Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(found with
            {
                Uses = found.Uses is null ? null : [.. found.Uses.Select(use => use with { Credential = order[use.Credential] }).OrderBy(use => use.Leaf).ThenBy(use => use.Credential)],
                Refutation = Named(found.Refutation, order, kinds),
            }));
        }
    }

    private static Refutation? Named(Refutation? proof, int[] order, SortedSet<string> kinds)
    {
        if (proof is null)
            return null;
        kinds.Add(proof.Kind.ToString());
        return proof with
        {
            Credential = proof.Credential < 0 ? -1 : order[proof.Credential],
            Left = Named(proof.Left, order, kinds),
            Right = Named(proof.Right, order, kinds),
            Prices = proof.Prices is null ? null : [.. proof.Prices.Select(price => price with { Credential = order[price.Credential] }).OrderBy(price => price.Domain).ThenBy(price => price.Credential)],
        };
    }

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

    /// <summary>Credits nearly as many and as fine as may be: sums that left 64 bits would turn verdicts over.</summary>
    [Fact]
    public void However_large_credits_are_the_verdict_is_the_same_and_proven()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var instance = new RandomInstance(seed, maxCredentials: 7, maxLeaves: 6, doubts: true, oracle: false);
            var known = new Dictionary<string, Requirement>();
            var rules = instance.Graph.Rules;
            var graph = RequirementGraph.Compile(Enlarge(instance.Root, known), rules with { Caps = [.. (rules.Caps ?? []).Select(cap => cap with { Credits = cap.Credits * Enormous })] });
            List<Credential> credentials = [.. instance.Credentials.Select(credential => credential with
            {
                Credits = credential.Credits * Enormous,
                PossibleCredits = credential.PossibleCredits * Enormous,
                Eligible = [.. credential.Eligible.Select(eligible => eligible with { Leaf = graph.IndexOf(instance.Graph.Nodes[eligible.Leaf].Key) })],
            })];
            credentials.Add(new("fine", new Rational(1, 4_999_999), []));
            foreach (var stepsBeforeAuction in (int[])[60, 0])
            {
                var workspace = new Workspace { StepsBeforeAuction = stepsBeforeAuction };
                var question = instance.Question with { Published = null };
                var verdict = workspace.Evaluate(graph, credentials, question);
                Assert.True(Evaluator.Evaluate(instance.Graph, instance.Credentials, question).Verdict == verdict, $"seed {seed}: {verdict} {instance}");
                var certificate = workspace.ToEvaluation().Certificate;
                Assert.True(
                    (certificate.Refutation is null && verdict != Verdict.Satisfied) || new CertificateVerifier(graph, credentials, question.At).Proves(verdict, certificate),
                    $"seed {seed}: {verdict} is not proven: {instance}");
            }
        }
    }

    private const int Enormous = 80_000_000;

    private static Requirement Enlarge(Requirement node, Dictionary<string, Requirement> known)
    {
        if (known.TryGetValue(node.Key, out var done))
            return done;
        return known[node.Key] = node switch
        {
            SomeOf group => new SomeOf(group.Key, group.Required, [.. group.Children.Select(child => Enlarge(child, known))]),
            MinimumCredits minimum => new MinimumCredits(minimum.Key, minimum.Credits * Enormous, Enlarge(minimum.Child, known), minimum.Of),
            MinimumCount minimum => new MinimumCount(minimum.Key, minimum.Count, Enlarge(minimum.Child, known), minimum.Of),
            MinimumAverage average => new MinimumAverage(average.Key, average.Points, Enlarge(average.Child, known), average.Of),
            Limit limit => new Limit(limit.Key, Enlarge(limit.Child, known), limit.Of, limit.Count, limit.Credits * Enormous),
            Leaf leaf => new Leaf(
                leaf.Key, leaf.Count, leaf.Credits * Enormous, leaf.Maximum, leaf.Domain, leaf.Weight, leaf.Admission, leaf.After is null ? null : Enlarge(leaf.After, known)),
            _ => node,
        };
    }

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
