using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>What each rule beyond CTDL does to a decision.</summary>
public sealed class RuleTests
{
    private const string Hours = "creditUnit:SemesterHour";

    private static readonly Pathway Two = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b"));
    private static readonly Pathway Either = Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a") with { ProxyFor = ["urn:x", "urn:y"] });

    [Fact]
    public void Evidence_that_is_too_old_counts_no_more_and_a_stack_reopens_when_it_becomes_so()
    {
        var settings = Rules(new PathwayRule(RuleKind.Recency, Of: ["urn:goal"], Months: 12));
        var compiled = PathwayCompiler.Compile(Two, settings);
        var evidence = new[] { Holds("urn:a") with { AwardedAt = Now.AddMonths(-11) }, Holds("urn:b") };

        var enrolled = StackDecider.Decider.Fold(StackState.Initial, StackDecider.Decide(StackState.Initial, new EnrolLearner("s1", "learner-1", "p1", 1, evidence), compiled, Now).Events);
        Assert.Equal(Verdict.Satisfied, enrolled.LastEvaluation!.Verdict);

        Assert.Empty(StackDecider.Decide(enrolled, new Reevaluate(), compiled, Now.AddDays(1)).Events);
        Assert.IsType<StackReopened>(StackDecider.Decide(enrolled, new Reevaluate(), compiled, Now.AddMonths(1)).Events[^1]);
    }

    [Fact]
    public void A_grade_minimum_is_met_missed_or_unknown()
    {
        var settings = Rules(new PathwayRule(RuleKind.GradeMinimum, Of: ["urn:a"], Grade: "C"));

        Assert.Equal(Verdict.Satisfied, Judge(Either, settings, Holds("urn:a", grade: "B")).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Judge(Either, settings, Holds("urn:a", grade: "D")).Verdict);
        Assert.Equal(Verdict.Unknown, Judge(Either, settings, Holds("urn:a")).Verdict);
    }

    [Fact]
    public void Evidence_counts_only_for_who_holds_its_prerequisite()
    {
        var settings = Rules(new PathwayRule(RuleKind.Prerequisite, Of: ["urn:b"], Items: ["urn:a"]));
        var one = Pathway(Certificate("urn:goal", Some(1, "urn:b")), Course("urn:b"), Course("urn:a"));

        Assert.Equal(Verdict.NotSatisfied, Judge(one, settings, Holds("urn:b")).Verdict);
        Assert.Equal(Verdict.Satisfied, Judge(one, settings, Holds("urn:b"), Holds("urn:a")).Verdict);
        // It may matter later, so the stack keeps it.
        Assert.True(PathwayCompiler.Compile(one, settings).Concerns(Holds("urn:b")));
    }

    [Fact]
    public void Names_of_a_substitution_class_stand_for_each_other()
    {
        var settings = Rules(new PathwayRule(RuleKind.Substitution, Items: ["stat 101", "MATH 140"]));
        var pathway = Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a") with { CodedNotation = "STAT 101" });

        Assert.Equal(Verdict.NotSatisfied, Judge(pathway, PathwaySettings.None, Holds("MATH 140")).Verdict);
        Assert.Equal(Verdict.Satisfied, Judge(pathway, settings, Holds("Math 140")).Verdict);
    }

    [Fact]
    public void Of_equal_evidence_the_preferred_is_used()
    {
        var older = Holds("urn:x") with { AwardedAt = Now.AddYears(-2), Grade = "A", Issuer = "did:web:own.example" };
        var newer = Holds("urn:y") with { Grade = "C" };

        Assert.Equal(older.Id, Used(PathwayRules.Oldest));
        Assert.Equal(newer.Id, Used(PathwayRules.Newest));
        Assert.Equal(older.Id, Used(PathwayRules.HighestGrade));
        Assert.Equal(older.Id, Used(PathwayRules.OwnInstitution));

        string Used(string preference) => Assert.Single(Judge(
            Either, Rules(new PathwayRule(RuleKind.Preference, Items: [preference], Issuers: ["did:web:own.example"])), newer, older).Uses).EvidenceId;
    }

    [Fact]
    public void Credits_at_a_level_in_an_area_from_an_issuer_are_counted_apart()
    {
        var settings = Rules(new PathwayRule(RuleKind.CreditMinimum, Of: ["urn:goal"], Credits: 3, Unit: Hours, Level: "audLevel:UpperDivisionLevel", Area: "061"));
        var upper = Worth("urn:a", 3) with { Level = "audLevel:UpperDivisionLevel", Areas = ["0612"] };
        var lower = Worth("urn:b", 3) with { Level = "audLevel:LowerDivisionLevel", Areas = ["0612"] };

        AssertJudged(Verdict.Satisfied, Judge(Two, settings, upper, lower));
        AssertJudged(Verdict.NotSatisfied, Judge(Two, settings, upper with { Level = "audLevel:LowerDivisionLevel" }, lower));
        AssertJudged(Verdict.NotSatisfied, Judge(Two, settings, upper with { Areas = ["07"] }, lower));
        AssertJudged(Verdict.Unknown, Judge(Two, settings, upper with { Areas = null }, lower));
    }

    [Fact]
    public void Residency_counts_the_institutions_own_credits()
    {
        var settings = Rules(new PathwayRule(RuleKind.Residency, Of: ["urn:goal"], Credits: 3, Unit: Hours, Issuers: ["did:web:own.example"]));
        var own = Worth("urn:a", 3) with { Issuer = "did:web:own.example" };

        AssertJudged(Verdict.Satisfied, Judge(Two, settings, own, Worth("urn:b", 3)));
        AssertJudged(Verdict.NotSatisfied, Judge(Two, settings, Worth("urn:a", 3), Worth("urn:b", 3)));
    }

    [Fact]
    public void An_average_weighs_grades_by_credits()
    {
        var settings = Rules(new PathwayRule(RuleKind.GradeAverage, Of: ["urn:goal"], Average: 4));

        AssertJudged(Verdict.Satisfied, Judge(Two, settings, Worth("urn:a", 3) with { Grade = "A" }, Worth("urn:b", 1) with { Grade = "D" }));
        AssertJudged(Verdict.NotSatisfied, Judge(Two, settings, Worth("urn:a", 1) with { Grade = "A" }, Worth("urn:b", 3) with { Grade = "D" }));
    }

    [Fact]
    public void Evidence_is_used_once_among_some_components_and_freely_elsewhere()
    {
        var pathway = Pathway(
            Certificate("urn:goal", Some(3, "urn:m1", "urn:m2", "urn:free")), Certificate("urn:m1", Some(1, "urn:a")), Certificate("urn:m2", Some(1, "urn:a2")),
            Certificate("urn:free", Some(1, "urn:a3")), Same("urn:a"), Same("urn:a2"), Same("urn:a3"));
        var settings = Rules(new PathwayRule(RuleKind.UseLimit, "majors", ["urn:m1", "urn:m2"], Count: 1));

        Assert.Equal(Verdict.Satisfied, Judge(pathway, PathwaySettings.None, Holds("urn:x")).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Judge(pathway, settings, Holds("urn:x")).Verdict);
        Assert.Equal(Verdict.Satisfied, Judge(pathway, settings, Holds("urn:x"), Holds("urn:y")).Verdict);

        static Component Same(string id) => Course(id) with { ProxyFor = ["urn:x", "urn:y"] };
    }

    [Fact]
    public void Programmes_share_at_most_what_their_cap_allows_also_of_a_component_that_both_name()
    {
        var pathway = Pathway(
            Certificate("urn:goal", Some(2, "urn:m1", "urn:m2")), Certificate("urn:m1", Some(2, "urn:a", "urn:b")), Certificate("urn:m2", Some(2, "urn:a", "urn:c")),
            Course("urn:a"), Course("urn:b"), Course("urn:c") with { ProxyFor = ["urn:b"] });
        var evidence = new[] { Holds("urn:a"), Holds("urn:b") };

        AssertJudged(Verdict.Satisfied, Judge(pathway, Cap(2), evidence));
        AssertJudged(Verdict.NotSatisfied, Judge(pathway, Cap(1), evidence));
        AssertJudged(Verdict.Satisfied, Judge(pathway, Cap(1), [.. evidence, Holds("urn:c")]));
        AssertJudged(Verdict.NotSatisfied, Judge(pathway, Cap(0), [.. evidence, Holds("urn:c")]));

        static PathwaySettings Cap(int count) => Rules(new PathwayRule(RuleKind.SharingCap, Of: ["urn:m1", "urn:m2"], Count: count));
    }

    [Fact]
    public void Evidence_counts_as_often_as_a_limit_allows()
    {
        var pathway = Pathway(
            Certificate("urn:goal", Some(3, "urn:m1", "urn:m2", "urn:m3")), Certificate("urn:m1", Some(1, "urn:a")), Certificate("urn:m2", Some(1, "urn:a")), Certificate("urn:m3", Some(1, "urn:a")), Course("urn:a"));

        AssertJudged(Verdict.NotSatisfied, Judge(pathway, Limit(2), Holds("urn:a")));
        AssertJudged(Verdict.Satisfied, Judge(pathway, Limit(3), Holds("urn:a")));

        static PathwaySettings Limit(int count) => Rules(new PathwayRule(RuleKind.UseLimit, Of: ["urn:m1", "urn:m2", "urn:m3"], Count: count));
    }

    [Fact]
    public void Rules_of_use_that_stand_in_each_others_way_are_refused_and_were_never_overlooked()
    {
        var pathway = Pathway(Certificate("urn:goal", Some(2, "urn:m1", "urn:m2")), Certificate("urn:m1", Some(1, "urn:a")), Certificate("urn:m2", Some(1, "urn:b")), Course("urn:a"), Course("urn:b"));
        var settings = Rules(new PathwayRule(RuleKind.SharingCap, Of: ["urn:m1", "urn:m2"], Count: 0), new PathwayRule(RuleKind.UseLimit, Of: ["urn:goal"], Count: 2));

        Assert.Equal("limits-overlap", Assert.Single(PathwayChecks.Check(pathway, settings), finding => finding.Severity == FindingSeverity.Error).Code);
        Assert.Equal(Verdict.Unknown, Judge(pathway, settings, Holds("urn:a"), Holds("urn:b")).Verdict);
    }

    [Fact]
    public void A_decision_keeps_the_uses_of_the_one_before_unless_a_change_helps()
    {
        var compiled = PathwayCompiler.Compile(Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b")), PathwaySettings.None);
        var enrolled = After(compiled, StackState.Initial, new EnrolLearner("s1", "learner-1", "p1", 1, [Holds("urn:b")]));
        var further = After(compiled, enrolled, new AddEvidence(Holds("urn:a")));

        // From scratch the first in order is used; a stack keeps what was published.
        Assert.Equal("urn:a", Assert.Single(Assessment.Of(Stack, compiled, [.. further.ValidAt(Now)], Now).Evaluated.Uses).ComponentId);
        Assert.Equal("urn:b", Assert.Single(further.LastEvaluation!.Uses).ComponentId);
        var withdrawn = After(compiled, further, new WithdrawEvidence("urn:credential:urn:b", WithdrawalReason.Revoked));
        Assert.Equal("urn:a", Assert.Single(withdrawn.LastEvaluation!.Uses).ComponentId);

        static StackState After(CompiledPathway pathway, StackState state, StackCommand command)
            => StackDecider.Decider.Fold(state, StackDecider.Decide(state, command, pathway, Now).Events);
    }

    [Fact]
    public void An_average_that_falls_short_is_said_to_and_not_called_a_matter_for_attestation()
    {
        var judged = Judge(Two, Rules(new PathwayRule(RuleKind.GradeAverage, Of: ["urn:goal"], Average: 4)), Worth("urn:a", 1) with { Grade = "D" }, Worth("urn:b", 3) with { Grade = "D" });

        Assert.Equal("a grade average of 4", Assert.Single(judged.Missing).Text);
        Assert.Empty(judged.NeedsAttestation);
    }

    [Fact]
    public void A_competency_is_shown_by_evidence_that_states_it()
    {
        var pathway = Pathway(Certificate("urn:goal", Some(1, "urn:k")), Course("urn:k") with { Kind = ComponentKind.Competency, ProxyFor = ["https://case.example/k1"] });

        Assert.Equal(Verdict.Satisfied, Judge(pathway, PathwaySettings.None, Holds("urn:other") with { Competencies = ["https://case.example/k1"] }).Verdict);
    }

    private static void AssertJudged(Verdict expected, StackEvaluated decision)
    {
        Assert.Equal(expected, decision.Verdict);
        Assert.True(decision.ProvenOptimal);
    }

    private static Evidence Worth(string achievement, decimal credits) => Holds(achievement, credits: credits) with { CreditUnit = Hours };

    private static PathwaySettings Rules(params PathwayRule[] rules) => PathwaySettings.None with { Rules = rules };

    private static StackEvaluated Judge(Pathway pathway, PathwaySettings settings, params Evidence[] evidence)
        => Assessment.Of(Stack, PathwayCompiler.Compile(pathway, settings), evidence, Now).Evaluated;
}
