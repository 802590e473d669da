using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

public sealed class AwardTests
{
    private static readonly Guid OtherId = new("22222222-2222-5222-8222-222222222222");

    [Fact]
    public void Awards_a_result_that_meets_the_rule()
        => Scenario.Given(Awards.Decider)
            .When(awards => Awards.Award(awards, Award(Passed()), Registered, Published(Course), Now))
            .Then(Awarded());

    [Fact]
    public void Names_the_registrars_version_of_the_rule()
    {
        var achievement = Published(Course with { Rule = Course.Rule! with { Version = "2026-1" } });

        var awarded = Scenario.Given(Awards.Decider)
            .When(awards => Awards.Award(awards, Award(Passed()), Registered, achievement, Now))
            .Then<AchievementAwarded>();

        Assert.Equal("2026-1", awarded.Basis.RuleVersion);
    }

    [Fact]
    public void Is_valid_for_as_long_as_the_achievement_says_in_whole_seconds()
    {
        var awarded = Scenario.Given(Awards.Decider)
            .When(awards => Awards.Award(awards, Award(Passed()), Registered, Published(Course with { ValidForDays = 30 }), Now.AddMilliseconds(321)))
            .Then<AchievementAwarded>();

        Assert.Equal(Now, awarded.ValidFrom);
        Assert.Equal(Now.AddDays(30), awarded.ValidUntil);
    }

    [Theory]
    [InlineData("passed", "0.69")]
    [InlineData("failed", "0.9")]
    [InlineData("passed", null)]
    public void Refuses_a_result_that_does_not_meet_the_rule(string outcome, string? score)
        => Scenario.Given(Awards.Decider)
            .When(awards => Awards.Award(awards, Award(Passed(score is null ? null : decimal.Parse(score), outcome: outcome)), Registered, Published(Course), Now))
            .ThenRefused("rule-not-met");

    [Fact]
    public void Refuses_a_second_award_of_the_same_achievement()
    {
        var byHand = new AwardBasis(AwardBasis.Manual, AwardedBy: "registrar", Reason: "Prior learning");

        Scenario.Given(Awards.Decider, Awarded())
            .When(awards => Awards.Award(awards, Award(byHand, OtherId), Registered, Published(Course), Now))
            .ThenRefused("already-awarded");
    }

    [Fact]
    public void Notes_a_further_result_that_can_take_the_place_of_a_fallen_award()
    {
        var further = new FurtherResultNoted(Passed(record: "record-2") with { RuleVersion = "1" }, Now.AddHours(-1), Now);
        Scenario.Given(Awards.Decider, Awarded())
            .When(awards => Awards.Award(awards, Award(Passed(record: "record-2"), OtherId), Registered, Published(Course), Now))
            .Then(further);

        var after = Scenario.Given(Awards.Decider, Awarded(), further, new AwardEnded(CredentialId, "voided", Now))
            .When(awards => Awards.Award(awards, Award(awards.Further[0].Basis, OtherId), Registered, Published(Course), Now)).After();
        Assert.Empty(after.Further);
        Assert.Equal(OtherId, Assert.Single(after.Standing).Key);
    }

    [Fact]
    public void A_withdrawn_further_result_takes_no_place()
    {
        var further = new FurtherResultNoted(Passed(record: "record-2"), Now, Now);
        var after = Scenario.Given(Awards.Decider, Awarded(), further)
            .When(awards => Awards.WithdrawFurther(awards, "record-2", "voided", Now))
            .Then(new FurtherResultWithdrawn("record-2", "voided", Now));
        Assert.Empty(after.Further);
        Scenario.Given(Awards.Decider, Awarded()).When(awards => Awards.WithdrawFurther(awards, "record-1", "voided", Now)).ThenNothing();
    }

    [Fact]
    public void Awards_a_repeatable_achievement_again_but_each_record_once()
    {
        var given = Scenario.Given(Awards.Decider, Awarded());
        var achievement = Published(Course with { Repeatable = true });

        given.When(awards => Awards.Award(awards, Award(Passed(record: "record-2"), OtherId), Registered, achievement, Now)).Then<AchievementAwarded>();
        given.When(awards => Awards.Award(awards, Award(Passed(), OtherId), Registered, achievement, Now)).ThenRefused("already-awarded");
    }

    [Fact]
    public void Awards_anew_after_a_revocation_but_never_for_the_withdrawn_record()
    {
        var given = Scenario.Given(Awards.Decider, Awarded(), new AwardEnded(CredentialId, "voided", Now));

        given.When(awards => Awards.Award(awards, Award(Passed(record: "record-2"), OtherId), Registered, Published(Course), Now)).Then<AchievementAwarded>();
        given.When(awards => Awards.Award(awards, Award(Passed(), OtherId), Registered, Published(Course), Now)).ThenRefused("already-awarded");
    }

    [Fact]
    public void Refuses_what_is_not_there_to_award()
    {
        var given = Scenario.Given(Awards.Decider);
        var draft = Achievement.Decider.Fold(Achievement.Decider.Initial, [new AchievementDefined(Course, Now)]);

        given.When(awards => Awards.Award(awards, Award(Passed()), Registered, Achievement.Decider.Initial, Now)).ThenRefused("achievement-unknown");
        given.When(awards => Awards.Award(awards, Award(Passed()), Registered, draft, Now)).ThenRefused("achievement-not-published");
        given.When(awards => Awards.Award(awards, Award(Passed()), Issuer.Decider.Initial, Published(Course), Now)).ThenRefused("issuer-not-registered");
    }

    [Fact]
    public void Refuses_a_basis_that_no_rule_names()
    {
        var given = Scenario.Given(Awards.Decider);
        var stack = new AwardBasis(AwardBasis.Stack, StackId: "stack-1");

        given.When(awards => Awards.Award(awards, Award(stack), Registered, Published(Course), Now)).ThenRefused("no-award-rule");
        given.When(awards => Awards.Award(awards, Award(Passed()), Registered, Published(Certificate), Now)).ThenRefused("no-award-rule");
        given.When(awards => Awards.Award(awards, Award(Passed()), Registered, Published(Course with { Rule = null }), Now)).ThenRefused("no-award-rule");
    }

    [Fact]
    public void Awards_by_hand_with_a_reason_only()
    {
        var given = Scenario.Given(Awards.Decider);
        var byHand = new AwardBasis(AwardBasis.Manual, AwardedBy: "registrar", Reason: "Prior learning");

        given.When(awards => Awards.Award(awards, Award(byHand), Registered, Published(Certificate), Now)).Then<AchievementAwarded>();
        given.When(awards => Awards.Award(awards, Award(byHand with { Reason = " " }), Registered, Published(Certificate), Now)).ThenRefused("reason-missing");
    }

    [Fact]
    public void Ends_an_award_once()
    {
        Scenario.Given(Awards.Decider, Awarded()).When(awards => Awards.End(awards, CredentialId, "voided", Now)).Then(new AwardEnded(CredentialId, "voided", Now));
        Scenario.Given(Awards.Decider).When(awards => Awards.End(awards, CredentialId, "voided", Now)).ThenNothing();
    }
}

public sealed class CompletedStackTests
{
    private static readonly AwardPart[] Parts = [new("urn:c:1", "component-1"), new("urn:c:2", "component-2")];

    [Fact]
    public void Awards_when_nothing_stands()
        => Assert.Equal(StackOutcome.Award, CompletedStack.Judge(Awards.Decider.Initial, "stack-1", Parts, out _));

    [Fact]
    public void Reinstates_the_credential_that_names_the_same_parts_in_any_order()
    {
        Assert.Equal(StackOutcome.Reinstate, CompletedStack.Judge(Standing("stack-1"), "stack-1", [.. Parts.Reverse()], out var id));
        Assert.Equal(CredentialId, id);
    }

    [Fact]
    public void Replaces_the_credential_that_names_other_parts()
        => Assert.Equal(StackOutcome.Replace, CompletedStack.Judge(Standing("stack-1"), "stack-1", [Parts[0], new("urn:c:3", "component-2")], out _));

    [Fact]
    public void Leaves_an_award_that_rests_on_another_stack()
        => Assert.Equal(StackOutcome.Nothing, CompletedStack.Judge(Standing("stack-2"), "stack-1", Parts, out _));

    private static Awards Standing(string stackId) => Awards.Decider.Fold(Awards.Decider.Initial,
        [Awarded(new AwardBasis(AwardBasis.Stack, StackId: stackId, Parts: Parts))]);
}
