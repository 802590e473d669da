using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>One decision, in the words of who asks.</summary>
public sealed class ExplanationTests
{
    private static readonly PathwaySettings Once = PathwaySettings.None with { UseOnce = true };

    [Fact]
    public void A_learner_reads_what_counts_what_is_missing_and_what_could_come_next()
    {
        var pathway = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

        Assert.Equal(
            [
                "You have met 1 of 2 requirements of Test pathway.", "urn:a counts for urn:a.", "You still need 1 more of: urn:b, urn:c.",
                "You could begin with urn:b.", "This counts nowhere in this pathway: urn:elsewhere.",
            ],
            Lines(Audience.Learner, pathway, PathwaySettings.None, Holds("urn:a"), Holds("urn:elsewhere")));
    }

    [Fact]
    public void Too_little_evidence_for_a_set_of_requirements_is_told_as_that_set()
    {
        var pathway = Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:b"), Some(1, "urn:a", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

        Assert.Contains("Not a matter of choice: 2 pieces of evidence are needed for urn:a, and 1 can be used there.", Lines(Audience.Registrar, pathway, Once, Holds("urn:a")));
        Assert.Contains("2 pieces of evidence are needed for urn:a, and 1 of what you have can be used there.", Lines(Audience.Learner, pathway, Once, Holds("urn:a")));
        // The same badge once more would help nobody.
        Assert.DoesNotContain(Lines(Audience.Learner, pathway, Once, Holds("urn:a")), line => line.StartsWith("You could begin with urn:a", StringComparison.Ordinal));
        Assert.Contains(Lines(Audience.Auditor, pathway, Once, Holds("urn:a")), line => line.Contains("a proof of impossibility; the separate verifier accepts it", StringComparison.Ordinal));
    }

    [Fact]
    public void Evidence_that_all_ways_compete_for_is_named()
    {
        // Each pair wants two of the three courses, which count once: one pair can be complete, never two.
        var pathway = Pathway(
            Certificate("urn:goal", Some(2, "urn:ab", "urn:bc", "urn:ca")),
            Certificate("urn:ab", Some(2, "urn:a", "urn:b")), Certificate("urn:bc", Some(2, "urn:b", "urn:c")), Certificate("urn:ca", Some(2, "urn:c", "urn:a")),
            Course("urn:a"), Course("urn:b"), Course("urn:c"));
        Evidence[] held = [Holds("urn:a"), Holds("urn:b"), Holds("urn:c")];

        Assert.Equal(RefutationKind.Prices, Decide(pathway, Once, held).Certificate?.Refutation?.Kind);
        Assert.Contains("More requirements want these than they can count for, whichever way they are used: urn:a, urn:b, urn:c.", Lines(Audience.Learner, pathway, Once, held));
        Assert.Contains(
            "Not a matter of choice: whichever way they are used, more requirements want these than they can count for: urn:a, urn:b, urn:c.",
            Lines(Audience.Registrar, pathway, Once, held));
        Assert.DoesNotContain(Lines(Audience.Learner, pathway, PathwaySettings.None, held), line => line.Contains("whichever way", StringComparison.Ordinal));
    }

    [Fact]
    public void Evidence_that_is_asked_for_and_falls_short_is_no_surplus()
    {
        var pathway = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b"));
        var settings = new PathwaySettings([], [], Rules: [new(RuleKind.Recency, Of: ["urn:a"], Months: 12)]);
        Evidence[] held = [Holds("urn:a") with { AwardedAt = Now.AddYears(-3) }, Holds("urn:b")];

        var learner = Lines(Audience.Learner, pathway, settings, held);

        Assert.Contains("This is asked for, and does not count as it is (its grade, age, level or issuer): urn:a.", learner);
        Assert.DoesNotContain(learner, line => line.StartsWith("You have more", StringComparison.Ordinal));
        Assert.Contains(Lines(Audience.Registrar, pathway, settings, held), line => line.StartsWith("Asked for, and does not count as it is: urn:a (awarded 2023-03-01", StringComparison.Ordinal));
        Assert.Contains(
            "You have more than this pathway needs: urn:b.",
            Lines(Audience.Learner, Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b")), PathwaySettings.None, Holds("urn:a"), Holds("urn:b")));
    }

    [Fact]
    public void An_auditor_is_told_when_the_evidence_or_the_decision_is_not_the_one_at_hand()
    {
        var pathway = PathwayCompiler.Compile(Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a")), PathwaySettings.None);
        var decision = Assessment.Of(Stack, pathway, [Holds("urn:a")], Now).Evaluated;

        var sound = Explanation.Of(Audience.Auditor, pathway, decision, [Holds("urn:a")]).Lines;
        var forged = Explanation.Of(Audience.Auditor, pathway, decision with { Verdict = Verdict.NotSatisfied }, [Holds("urn:a", grade: "A")]).Lines;

        Assert.DoesNotContain(sound, line => line.Contains("NOT", StringComparison.Ordinal));
        Assert.Equal(3, forged.Count(line => line.Contains("NOT THE", StringComparison.Ordinal) || line.Contains("DOES NOT ACCEPT", StringComparison.Ordinal)));
    }

    private static StackEvaluated Decide(Pathway pathway, PathwaySettings settings, params Evidence[] evidence)
        => Assessment.Of(Stack, PathwayCompiler.Compile(pathway, settings), evidence, Now).Evaluated;

    private static IReadOnlyList<string> Lines(Audience audience, Pathway pathway, PathwaySettings settings, params Evidence[] evidence)
        => Explanation.Of(audience, PathwayCompiler.Compile(pathway, settings), Decide(pathway, settings, evidence), evidence).Lines;
}
