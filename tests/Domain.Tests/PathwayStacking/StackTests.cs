using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

public sealed class StackTests
{
    private const string Award = "https://issuer.example/achievements/goal";

    private static readonly CompiledPathway TwoOfThree = PathwayCompiler.Compile(
        Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c")),
        new([new("urn:goal", Award)], []));

    [Fact]
    public void Enrolling_judges_what_the_learner_already_holds()
    {
        var events = Given(Enrol(Holds("urn:a"), Holds("urn:elsewhere"))).Events;

        Assert.Equal([typeof(LearnerEnrolled), typeof(EvidenceAdded), typeof(StackEvaluated)], events.Select(@event => @event.GetType()));
        var evaluated = (StackEvaluated)events[2];
        Assert.Equal((Verdict.NotSatisfied, 1, 2), (evaluated.Verdict, evaluated.RequirementsMet, evaluated.RequirementsTotal));
        Assert.Equal([new EvidenceUse("urn:a", "urn:credential:urn:a")], evaluated.Uses);
        Assert.Equal(["1 more of: urn:b, urn:c"], evaluated.Missing.Select(missing => missing.Text));
        Assert.Equal(["urn:b", "urn:c"], evaluated.Missing[0].Options);
    }

    [Fact]
    public void Names_twelve_next_steps_of_a_long_way_and_says_how_long_it_is()
    {
        string[] courses = [.. Enumerable.Range(10, 30).Select(number => $"urn:c{number}")];
        var long30 = PathwayCompiler.Compile(Pathway([Certificate("urn:goal", Some(30, courses)), .. courses.Select(id => Course(id))]), new([], []));

        var evaluated = Assessment.Of(new("s", "l", "p", 1), long30, [Holds("urn:c10")], Now).Evaluated;

        Assert.Equal((1, 30), (evaluated.RequirementsMet, evaluated.RequirementsTotal));
        Assert.Equal(courses[1..13], evaluated.Next.Select(step => step.ComponentId).Order());
    }

    [Fact]
    public void Completes_with_its_parts_and_says_what_to_award()
    {
        var completed = Assert.IsType<StackCompleted>(Given(Enrol(Holds("urn:a")), Add(Holds("urn:c"))).Events[^1]);

        Assert.Equal(("urn:goal", Award), (completed.ComponentId, completed.AwardsAchievementId));
        Assert.Equal(["urn:credential:urn:a", "urn:credential:urn:c"], completed.Parts.Select(part => part.EvidenceId));
    }

    [Fact]
    public void Reopens_when_what_carried_it_is_revoked_and_only_then()
    {
        var spare = Given(Enrol(Holds("urn:a"), Holds("urn:b"), Holds("urn:c")), Withdraw("urn:credential:urn:a"));
        Assert.Equal([typeof(EvidenceWithdrawn), typeof(StackEvaluated)], spare.Events.Select(@event => @event.GetType()));

        var carried = Given(Enrol(Holds("urn:a"), Holds("urn:b")), Withdraw("urn:credential:urn:a"));
        Assert.Equal("\"urn:a\" is revoked", Assert.IsType<StackReopened>(carried.Events[^1]).Reason);
    }

    [Fact]
    public void Comes_back_when_suspended_evidence_is_reinstated_but_never_when_it_was_revoked()
    {
        var suspended = new WithdrawEvidence("urn:credential:urn:a", WithdrawalReason.Suspended);
        var back = Given(Enrol(Holds("urn:a"), Holds("urn:b")), suspended, new ReinstateEvidence("urn:credential:urn:a"));
        Assert.IsType<StackCompleted>(back.Events[^1]);

        var revoked = Given(Enrol(Holds("urn:a")), Withdraw("urn:credential:urn:a"), new ReinstateEvidence("urn:credential:urn:a"));
        Assert.Equal("evidence-revoked", revoked.Rejection?.Code);
    }

    [Fact]
    public void Two_instances_of_one_achievement_count_once()
    {
        var decision = Given(Enrol(Holds("urn:a", id: "urn:1")), Add(Holds("urn:a", id: "urn:2")));

        Assert.Equal(Verdict.NotSatisfied, decision.Events.OfType<StackEvaluated>().Single().Verdict);
    }

    [Fact]
    public void Its_own_award_does_not_hold_it_up()
    {
        var award = Holds(Award) with { Identifiers = ["urn:goal"] };

        Assert.Empty(Given(Enrol(Holds("urn:a"), Holds("urn:b")), Add(award)).Events);
    }

    [Fact]
    public void Expires_with_its_evidence()
    {
        var shortLived = Holds("urn:a") with { ValidUntil = Now.AddDays(1) };
        var state = After(Enrol(shortLived, Holds("urn:b")));

        Assert.Empty(StackDecider.Decide(state, new Reevaluate(), TwoOfThree, Now.AddHours(1)).Events);
        Assert.IsType<StackReopened>(StackDecider.Decide(state, new Reevaluate(), TwoOfThree, Now.AddDays(1)).Events[^1]);
    }

    [Fact]
    public void A_late_deadline_changes_nothing_of_a_stack_that_is_complete_or_reopened_already()
    {
        var shortLived = Holds("urn:a") with { ValidUntil = Now.AddDays(1) };
        var complete = After(Enrol(shortLived, Holds("urn:b"), Holds("urn:c")));
        var expired = StackDecider.Decide(complete, new Reevaluate(), TwoOfThree, Now.AddDays(1));
        Assert.DoesNotContain(expired.Events, @event => @event is StackReopened);

        Assert.Empty(StackDecider.Decide(StackDecider.Decider.Fold(complete, expired.Events), new Reevaluate(), TwoOfThree, Now.AddDays(2)).Events);
        var reopened = After(Enrol(shortLived, Holds("urn:b")), Withdraw("urn:credential:urn:b"), Withdraw("urn:credential:urn:a"));
        Assert.Empty(StackDecider.Decide(reopened, new Reevaluate(), TwoOfThree, Now.AddDays(2)).Events);
    }

    [Fact]
    public void Repeated_commands_change_nothing()
    {
        Assert.Empty(Given(Enrol(Holds("urn:a")), Enrol(Holds("urn:a"))).Events);
        Assert.Empty(Given(Enrol(Holds("urn:a")), Add(Holds("urn:a"))).Events);
        Assert.Empty(Given(Enrol(Holds("urn:a")), Withdraw("urn:credential:urn:a"), Withdraw("urn:credential:urn:a")).Events);
        Assert.Empty(Given(Enrol(), Withdraw("urn:credential:urn:a")).Events);
    }

    [Fact]
    public void Refuses_evidence_that_cannot_be()
    {
        Assert.Equal("credit-out-of-range", Given(Enrol(), Add(Holds("urn:a", credits: -1))).Rejection?.Code);
        Assert.Equal("credit-out-of-range", Given(Enrol(), Add(Holds("urn:a", credits: 1_000_000))).Rejection?.Code);
        Assert.Equal("stack-not-found", StackDecider.Decide(StackState.Initial, Add(Holds("urn:a")), TwoOfThree, Now).Rejection?.Code);
    }

    [Fact]
    public void Evidence_dated_in_the_future_is_kept_and_counts_when_its_time_has_come()
    {
        var early = Holds("urn:a") with { AwardedAt = Now.AddDays(1) };
        var state = After(Enrol(Holds("urn:b")), Add(early));

        Assert.Equal((1, early.CountsFrom()), (state.LastEvaluation!.RequirementsMet, state.NextChange(Now, [])));
        Assert.Equal([early], state.AheadAt(Now));
        Assert.Empty(StackDecider.Decide(state, new Reevaluate(), TwoOfThree, early.CountsFrom().AddTicks(-1)).Events);
        Assert.IsType<StackCompleted>(StackDecider.Decide(state, new Reevaluate(), TwoOfThree, early.CountsFrom()).Events[^1]);
    }

    [Fact]
    public void The_same_inputs_in_any_order_give_the_same_decision()
    {
        var forward = After(Enrol(Holds("urn:a"), Holds("urn:b"), Holds("urn:c"))).LastEvaluation!;
        var backward = After(Enrol(Holds("urn:c"), Holds("urn:b"), Holds("urn:a"))).LastEvaluation!;

        Assert.Equal(forward.DecisionHash, backward.DecisionHash);
        Assert.Equal(forward.DecisionHash, Assessment.Hash(forward));
        Assert.NotEqual(forward.DecisionHash, Assessment.Hash(forward with { Verdict = Verdict.Unknown }));
    }

    private static EnrolLearner Enrol(params Evidence[] evidence) => new("s1", "learner-1", "p1", 1, evidence);

    private static AddEvidence Add(Evidence evidence) => new(evidence);

    private static WithdrawEvidence Withdraw(string id) => new(id, WithdrawalReason.Revoked);

    /// <summary>The decision about the last command, after the others.</summary>
    private static Decision Given(params StackCommand[] commands) => StackDecider.Decide(After(commands[..^1]), commands[^1], TwoOfThree, Now);

    private static StackState After(params StackCommand[] commands)
        => commands.Aggregate(StackState.Initial, (state, command) => StackDecider.Decider.Fold(state, StackDecider.Decide(state, command, TwoOfThree, Now).Events));
}
