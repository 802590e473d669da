using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>What cannot be judged is refused with the reason, or is a state of its own; it is never judged wrongly or for ever.</summary>
public sealed class BadInputTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_requirement_that_requires_itself_is_refused()
    {
        var children = new List<Requirement>();
        var group = new SomeOf("group", 1, children);
        children.Add(SomeOf.All("inner", group));

        Assert.Contains("cycle", Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(group)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prerequisite_that_waits_for_itself_is_refused()
    {
        var children = new List<Requirement>();
        var before = new SomeOf("before", 1, children);
        children.Add(new Leaf("leaf", 1, after: before));

        Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(SomeOf.All("root", children)));
    }

    [Fact]
    public void Two_nodes_of_one_key_are_refused()
        => Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(SomeOf.All("root", new Leaf("same", 1), new Leaf("same", 1))));

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    public void Credits_that_no_system_knows_are_refused(long credits)
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 1));

        Assert.Throws<ArgumentOutOfRangeException>(() => new Leaf("leaf", 0, credits));
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluator.Evaluate(graph, [new("a", credits, [new(0, Certain: true)])]));
    }

    [Fact]
    public void Fractions_too_fine_to_sum_are_refused()
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 0, 1));

        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, [new("a", new Rational(1, 9_999_991), [new(0, Certain: true)]), new("b", new Rational(1, 9_999_973), [new(0, Certain: true)])]));
    }

    [Fact]
    public void The_most_credits_there_can_be_are_summed_without_overflow()
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 0, Requirement.MostCredits, weight: 1_000_000));
        List<Credential> credentials = [.. Enumerable.Range(0, 300).Select(number => new Credential($"{number}", new Rational(Requirement.MostCredits - 1, 3), [new(0, Certain: true)]))];

        Assert.Equal(Verdict.Satisfied, Evaluator.Evaluate(graph, credentials).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Evaluator.Evaluate(graph, []).Verdict);
    }

    /// <summary>A thousand of the most, in the finest fractions, are more than 64 bits hold.</summary>
    [Fact]
    public void More_credits_than_can_be_summed_exactly_are_refused()
    {
        var graph = RequirementGraph.Compile(new MinimumCredits("sum", 1, new Leaf("leaf", 1_000)));
        Credential fine = new("fine", new Rational(1, 9_999_991), []);
        List<Credential> many = [fine, .. Enumerable.Range(0, 1_000).Select(number => new Credential($"{number}", Requirement.MostCredits, [new(graph.IndexOf("leaf"), Certain: true)]))];
        var workspace = new Workspace();

        Assert.Contains("summed", Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, many)).Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Satisfied, workspace.Evaluate(graph, many[1..]));
        Assert.Throws<ArgumentException>(() => workspace.Add(fine));
        Assert.Equal(Verdict.NotSatisfied, workspace.Remove("7"));
        Assert.Equal(Verdict.Satisfied, workspace.Add(many[8]));
    }

    /// <summary>Each of ten leaves that share freely could use all: the sum over them is more than 64 bits hold, that of one of them is not.</summary>
    [Fact]
    public void More_credits_than_can_be_summed_over_all_leaves_are_refused()
    {
        List<Credential> Everywhere(int count) => [.. Enumerable.Range(0, count).Select(number => new Credential($"{number}", Requirement.MostCredits, [.. Enumerable.Range(0, 10).Select(leaf => new Eligibility(leaf, Certain: true))]))];
        var leaves = Enumerable.Range(1, 10).Select(number => new Leaf($"x{number:00}", 0, new Rational(10_000_001, 10_000_000), maximum: 1)).ToList();
        var graph = RequirementGraph.Compile(new MinimumCount("m", 10, SomeOf.All("all", leaves)));

        Assert.Contains("summed", Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, Everywhere(100))).Message, StringComparison.Ordinal);
        Assert.NotEqual(Verdict.NotSatisfied, Evaluator.Evaluate(graph, Everywhere(10)).Verdict);
    }

    [Fact]
    public void More_that_is_asked_than_can_be_summed_exactly_is_refused()
    {
        var heavy = Enumerable.Range(0, 12).Select(number => new Leaf($"l{number:00}", 0, Requirement.MostCredits, domain: "once", weight: 1_000_000_000)).ToList();
        var graph = RequirementGraph.Compile(SomeOf.All("root", heavy));

        Assert.Contains("summed", Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mean_of_more_and_finer_grades_than_can_be_summed_exactly_is_refused()
    {
        var graph = RequirementGraph.Compile(new MinimumAverage("mean", 3, new Leaf("leaf", 1)));
        Credential credential = new("a", Requirement.MostCredits, [new(graph.IndexOf("leaf"), Certain: true)], Facts: new(Points: new Rational(39_999_999, 9_999_991)));

        Assert.Equal(Verdict.Satisfied, Evaluator.Evaluate(graph, [credential]).Verdict);
        Assert.Contains("summed", Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, [credential, new("fine", new Rational(1, 9_999_973), [])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_named_twice_is_refused()
    {
        var leaf = new Leaf("leaf", 1);

        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(new SomeOf("root", 2, [leaf, leaf]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_that_is_refused_leaves_the_others_as_they_were()
    {
        var graph = RequirementGraph.Compile(SomeOf.All("root", new Leaf("one", 1, domain: "once"), new Leaf("two", 1, domain: "once")));
        Eligibility one = new(graph.IndexOf("one"), Certain: true), two = new(graph.IndexOf("two"), Certain: true);
        var workspace = new Workspace();
        workspace.Evaluate(graph, [new("a", 3, [one, two]), new("c", 1, [two])]);

        Assert.Throws<ArgumentException>(() => workspace.Add(new("b", 2, [one, new(graph.Root, Certain: true)])));
        Assert.Throws<ArgumentException>(() => workspace.Add(new("b", 2, [one, new(7, Certain: true)])));

        Assert.Equal(["a", "c"], workspace.Credentials.Select(credential => credential.Id));
        Assert.Equal(Verdict.Satisfied, workspace.Remove("b"));
        Assert.Equal(Verdict.NotSatisfied, workspace.Remove("c"));
        Assert.Equal(Verdict.Satisfied, workspace.Add(new("b", 2, [one])));
        Assert.Equal(["a", "b"], workspace.Credentials.Select(credential => credential.Id));
    }

    /// <summary>A credential that a thousand leaves may use is a thousand uses; all of them for all credentials would be memory without end.</summary>
    [Fact]
    public void Far_more_uses_than_can_be_searched_take_little_memory()
    {
        var leaves = Enumerable.Range(0, 1_000).Select(number => new Leaf($"l{number:000}", 0, 1, domain: "left")).ToList();
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", [.. leaves, new Leaf("right", 0, 1, domain: "right")]), new Rules([new("left", int.MaxValue)], [new("cap", "left", "right", 0)]));
        List<Eligibility> everywhere = [.. Enumerable.Range(0, graph.Nodes.Count).Where(node => graph.Nodes[node] is Leaf).Select(node => new Eligibility(node, Certain: true))];
        List<Credential> credentials = [.. Enumerable.Range(0, 20).Select(number => new Credential($"c{number:00}", 1, everywhere))];
        var before = GC.GetAllocatedBytesForCurrentThread();

        new Workspace().Evaluate(graph, credentials);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 60_000_000);
    }

    /// <summary>Each step waits for the one before: looked at once each, however many credentials wait for the answer.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(10_000)]
    public void A_long_chain_of_prerequisites_is_judged_and_its_certificate_checked(int length)
    {
        Leaf? last = null;
        for (var step = 0; step < length; step++)
            last = new($"l{step}", 1, after: last);
        var graph = RequirementGraph.Compile(last!);
        List<Eligibility> everywhere = [.. Enumerable.Range(0, length).Select(leaf => new Eligibility(leaf, Certain: true))];
        List<Credential> credentials = [new("p", 1, everywhere), new("q", 1, everywhere)];
        List<Credential> withoutFirst = [.. credentials.Select(credential => credential with { Eligible = [.. everywhere.Where(eligible => eligible.Leaf != graph.IndexOf("l0"))] })];

        var (satisfied, missing) = (Evaluator.Evaluate(graph, credentials), Evaluator.Evaluate(graph, withoutFirst));

        Assert.Equal((Verdict.Satisfied, Verdict.NotSatisfied), (satisfied.Verdict, missing.Verdict));
        Assert.True(new CertificateVerifier(graph, credentials).Proves(Verdict.Satisfied, satisfied.Certificate));
        Assert.True(new CertificateVerifier(graph, withoutFirst).Proves(Verdict.NotSatisfied, missing.Certificate));
        Assert.False(new CertificateVerifier(graph, withoutFirst).Proves(Verdict.Satisfied, satisfied.Certificate));
    }

    [Fact]
    public void Two_credentials_of_one_id_are_refused()
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 2));

        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(graph, [new("a", 1, [new(0, Certain: true)]), new("b", 1, []), new("a", 2, [new(0, Certain: true)])]));
    }

    [Fact]
    public void Evidence_from_the_future_does_not_count_yet_and_expired_evidence_no_more()
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 1));
        Credential tomorrow = new("a", 1, [new(0, Certain: true)], Facts: new(Awarded: Now.AddDays(1)));
        Credential expired = new("b", 1, [new(0, Certain: true)], Facts: new(ValidUntil: Now));

        Assert.Equal(Verdict.NotSatisfied, Evaluator.Evaluate(graph, [tomorrow, expired], new Question(Now)).Verdict);
        Assert.Equal(Verdict.Satisfied, Evaluator.Evaluate(graph, [tomorrow, expired], new Question(Now.AddDays(1))).Verdict);
    }

    [Fact]
    public void A_credential_of_unknown_unit_makes_a_sum_unknown()
    {
        var graph = RequirementGraph.Compile(new Leaf("leaf", 0, 4));

        Assert.Equal(Verdict.Unknown, Evaluator.Evaluate(graph, [new("a", 0, [new(0, Certain: true)], PossibleCredits: 4)]).Verdict);
    }

    [Fact]
    public void None_of_something_is_satisfied_and_more_than_there_is_never()
    {
        Assert.Equal(Verdict.Satisfied, Evaluator.Evaluate(RequirementGraph.Compile(new SomeOf("root", 0, [new Leaf("leaf", 1)])), []).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Evaluator.Evaluate(RequirementGraph.Compile(new SomeOf("root", 2, [new Leaf("leaf", 0)])), []).Verdict);
    }

    [Fact]
    public void Rules_about_what_is_not_there_are_refused()
    {
        var leaf = new Leaf("leaf", 1, domain: "once");

        Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(leaf, new Rules([new("twice", 2)])));
        Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(leaf, new Rules([new("once", 0)])));
        Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(leaf, new Rules(Caps: [new("cap", "once", "once", 1)])));
        Assert.Throws<ArgumentException>(() => RequirementGraph.Compile(leaf, new Rules(Substitutions: [new("same", ["leaf", "nothing"])])));
    }

    [Fact]
    public void Ten_thousand_nodes_in_a_chain_or_side_by_side_are_judged()
    {
        Requirement chain = new Leaf("end", 1, domain: "once");
        for (var depth = 0; depth < 10_000; depth++)
            chain = SomeOf.All($"n{depth}", chain);
        var graph = RequirementGraph.Compile(SomeOf.All("root", chain, new Leaf("other", 1, domain: "once")));
        var wide = RequirementGraph.Compile(SomeOf.All("root", [.. Enumerable.Range(0, 10_000).Select(number => new Leaf($"l{number:00000}", 1, domain: "once"))]));
        List<Credential> many = [.. Enumerable.Range(0, 500).Select(number => new Credential($"c{number:000}", 1, [.. Enumerable.Range(0, 40).Select(step => new Eligibility(wide.IndexOf($"l{(number * 13) + (step * 7):00000}"), Certain: true))]))];

        var contested = Evaluator.Evaluate(graph, [new("a", 1, [new(graph.IndexOf("end"), Certain: true), new(graph.IndexOf("other"), Certain: true)])]);
        var spread = Evaluator.Evaluate(wide, many);

        Assert.Equal((Verdict.NotSatisfied, (Rational)1), (contested.Verdict, contested.Missing));
        Assert.Equal((Verdict.NotSatisfied, 500, true), (spread.Verdict, spread.Uses.Count, spread.ProvenOptimal));
    }
}
