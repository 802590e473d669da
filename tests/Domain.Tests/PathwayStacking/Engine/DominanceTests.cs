using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>
/// How answers to related questions must relate, over every kind of requirement and rule. Each property is also asked of an engine that is wrong on
/// purpose: a property that accepts that one would prove nothing.
/// </summary>
public sealed class DominanceTests
{
    private const int Cases = 400;

    private delegate Evaluation Engine(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question);

    [Fact]
    public void Counting_in_other_units_changes_neither_verdict_nor_a_use_of_what_is_satisfied()
    {
        Assert.Empty(UnitsThatMatter(Evaluator.Evaluate));
        Assert.NotEmpty(UnitsThatMatter(Rounding));
    }

    [Fact]
    public void A_waiver_never_makes_it_worse()
    {
        Assert.Empty(WaiversThatHarm(Evaluator.Evaluate));
        Assert.NotEmpty(WaiversThatHarm(Insisting));
    }

    [Fact]
    public void Searching_in_blocks_finds_what_searching_as_a_whole_finds()
    {
        var whole = new Workspace { Divides = false };
        Evaluation Undivided(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
        {
            whole.Evaluate(graph, credentials, question);
            return whole.ToEvaluation();
        }

        Assert.Empty(Differences(Evaluator.Evaluate, Undivided));
        Assert.NotEmpty(Differences(Evaluator.Evaluate, FirstCome));
    }

    [Fact]
    public void What_a_leaf_was_given_is_what_the_credentials_used_there_are_worth()
    {
        Assert.Empty(LeavesThatGetMore(Evaluator.Evaluate));
        Assert.NotEmpty(LeavesThatGetMore(Generous));
    }

    [Fact]
    public void The_order_of_evidence_matters_to_an_engine_that_serves_first_who_comes_first()
    {
        Assert.Empty(OrdersThatMatter(Evaluator.Evaluate));
        Assert.NotEmpty(OrdersThatMatter(FirstCome));
    }

    private static IEnumerable<int> UnitsThatMatter(Engine engine) => Failing((instance, _) =>
    {
        // A missing credential weighs as much as a missing credit: another unit may trade one for the other. What is satisfied misses nothing.
        var (before, after) = (engine(instance.Graph, instance.Credentials, instance.Question), engine(Times(instance.Graph, 3), [.. instance.Credentials.Select(Tripled)], instance.Question));
        return before.Verdict == after.Verdict && (before.Verdict != Verdict.Satisfied || before.Uses.SequenceEqual(after.Uses));
    });

    private static IEnumerable<int> WaiversThatHarm(Engine engine) => Failing((instance, random) =>
    {
        if (instance.Graph.Rules.Substitutions is { Count: > 0 } || Waivable(instance.Root).ToList() is not { Count: > 0 } nodes)
            return true;
        var waived = With(instance.Root, nodes[random.Next(nodes.Count)].Key, node => new SomeOf(node.Key, 0, []));
        var domains = RequirementGraph.Compile(waived).Nodes.OfType<Leaf>().Select(leaf => leaf.Domain).ToHashSet();
        var rules = new Rules(
            [.. (instance.Graph.Rules.Exclusivities ?? []).Where(rule => domains.Contains(rule.Domain))],
            [.. (instance.Graph.Rules.Caps ?? []).Where(cap => domains.Contains(cap.Left) && domains.Contains(cap.Right))]);
        var graph = RequirementGraph.Compile(waived, rules);
        var question = instance.Question with { Published = null };
        var (before, after) = (engine(instance.Graph, instance.Credentials, question), engine(graph, Moved(instance, graph), question));
        return after.Verdict > before.Verdict || (after.Verdict == before.Verdict && after.Missing <= before.Missing);
    });

    private static IEnumerable<int> Differences(Engine left, Engine right) => Failing((instance, _) =>
    {
        var (one, other) = (left(instance.Graph, instance.Credentials, instance.Question), right(instance.Graph, instance.Credentials, instance.Question));
        return (one.Verdict, one.Missing, one.Uses.Count) == (other.Verdict, other.Missing, other.Uses.Count) && Liking(instance, one) == Liking(instance, other);
    });

    private static IEnumerable<int> LeavesThatGetMore(Engine engine) => Failing((instance, _) =>
    {
        var evaluation = engine(instance.Graph, instance.Credentials, instance.Question);
        return evaluation.Outcomes.Index().Where(node => node.Item.Chosen && instance.Graph.Nodes[node.Index] is Leaf).All(node =>
        {
            var used = evaluation.Uses.Where(use => use.Leaf == node.Index).Select(use => instance.Credentials[use.Credential]).ToList();
            var leaf = (Leaf)instance.Graph.Nodes[node.Index];
            var credits = used.Aggregate(Rational.Zero, (sum, credential) => sum + credential.Credits);
            return node.Item.Have == used.Count && (node.Item.Verdict != Verdict.Satisfied || (used.Count >= leaf.Count && credits >= leaf.Credits));
        });
    });

    private static IEnumerable<int> OrdersThatMatter(Engine engine) => Failing((instance, random) =>
    {
        var question = instance.Question with { Published = null };
        var shuffled = instance.Credentials.ToArray();
        random.Shuffle(shuffled);
        return Named(instance.Credentials, engine(instance.Graph, instance.Credentials, question)).SequenceEqual(Named(shuffled, engine(instance.Graph, shuffled, question)));
    });

    private static List<int> Failing(Func<RandomInstance, Random, bool> holds)
        => [.. Enumerable.Range(0, Cases).Where(seed => !holds(new RandomInstance(seed, maxCredentials: 7, maxLeaves: 6, doubts: seed % 2 == 0, oracle: false), new Random(seed)))];

    private static IEnumerable<string> Named(IReadOnlyList<Credential> credentials, Evaluation evaluation)
        => evaluation.Uses.Select(use => $"{use.Leaf} {credentials[use.Credential].Id}").Order(StringComparer.Ordinal);

    private static (int Moved, int Preference) Liking(RandomInstance instance, Evaluation evaluation)
        => (evaluation.Uses.Count(use => instance.Question.Published?.Contains(use) == false), evaluation.Uses.Sum(use => instance.Credentials[use.Credential].Preference));

    private static List<Credential> Moved(RandomInstance instance, RequirementGraph graph) => [.. instance.Credentials.Select(credential => credential with
    {
        Eligible = [.. credential.Eligible.Where(eligible => graph.TryIndexOf(instance.Graph.Nodes[eligible.Leaf].Key, out var at) && graph.Nodes[at] is Leaf).Select(eligible => eligible with { Leaf = graph.IndexOf(instance.Graph.Nodes[eligible.Leaf].Key) })],
    })];

    /// <summary>What is waived brings no credits, so that a minimum above it may miss them: that is no waiver of the minimum.</summary>
    private static IEnumerable<Requirement> Waivable(Requirement node) => node switch
    {
        SomeOf group => group.Children.SelectMany(Waivable).Append(node),
        Limit limit => Waivable(limit.Child).Append(node),
        _ => [node],
    };

    private static Requirement With(Requirement node, string key, Func<Requirement, Requirement> change) => node switch
    {
        _ when node.Key == key => change(node),
        SomeOf group => new SomeOf(group.Key, group.Required, [.. group.Children.Select(child => With(child, key, change))]),
        Limit limit => new Limit(limit.Key, With(limit.Child, key, change), limit.Of, limit.Count, limit.Credits),
        _ => node,
    };

    private static Credential Tripled(Credential credential) => credential with { Credits = credential.Credits * 3, PossibleCredits = credential.PossibleCredits is { } possible ? possible * 3 : null };

    private static RequirementGraph Times(RequirementGraph graph, Rational unit)
    {
        var made = new Dictionary<string, Requirement>();
        foreach (var node in graph.Nodes)
        {
            made[node.Key] = node switch
            {
                Leaf leaf => new Leaf(leaf.Key, leaf.Count, leaf.Credits * unit, leaf.Maximum, leaf.Domain, leaf.Weight, leaf.Admission, leaf.After is { } after ? made[after.Key] : null),
                SomeOf group => new SomeOf(group.Key, group.Required, [.. group.Children.Select(child => made[child.Key])]),
                MinimumCredits minimum => new MinimumCredits(minimum.Key, minimum.Credits * unit, made[minimum.Child.Key], minimum.Of),
                MinimumCount minimum => new MinimumCount(minimum.Key, minimum.Count, made[minimum.Child.Key], minimum.Of),
                MinimumAverage average => new MinimumAverage(average.Key, average.Points, made[average.Child.Key], average.Of),
                Limit limit => new Limit(limit.Key, made[limit.Child.Key], limit.Of, limit.Count, limit.Credits * unit),
                _ => node,
            };
        }

        return RequirementGraph.Compile(made[graph.Nodes[graph.Root].Key], graph.Rules with { Caps = [.. (graph.Rules.Caps ?? []).Select(cap => cap with { Credits = cap.Credits * unit })] });
    }

    /// <summary>Wrong: half credits are lost.</summary>
    private static Evaluation Rounding(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
        => Evaluator.Evaluate(graph, [.. credentials.Select(credential => credential with { Credits = credential.Credits.Numerator / credential.Credits.Denominator })], question);

    /// <summary>Wrong: what asks for nothing has to be attested.</summary>
    private static Evaluation Insisting(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
    {
        var insisted = RequirementGraph.Compile(With(graph.Nodes[graph.Root], graph.Nodes.FirstOrDefault(node => node is SomeOf { Required: 0, Children: [] })?.Key ?? "", node => new Attestation(node.Key)), graph.Rules);
        return Evaluator.Evaluate(insisted, credentials, question);
    }

    /// <summary>Wrong: says that there is one more everywhere.</summary>
    private static Evaluation Generous(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
    {
        var evaluation = Evaluator.Evaluate(graph, credentials, question);
        return evaluation with { Outcomes = [.. evaluation.Outcomes.Select(outcome => outcome with { Have = outcome.Have + 1 })] };
    }

    /// <summary>Wrong: each credential, as it comes, goes to the first leaf that may have it.</summary>
    private static Evaluation FirstCome(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
        => Evaluator.Evaluate(graph, [.. credentials.Select((credential, index) => credential with { Eligible = [.. credential.Eligible.Skip(index % 2).Take(1)] })], question);
}
