using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

public sealed class AchievementTests
{
    [Fact]
    public void Defines_a_draft()
        => Scenario.Given(Achievement.Decider)
            .When(achievement => Achievement.Define(achievement, "finance", Course, Now))
            .Then(new AchievementDefined(Course, Now));

    [Fact]
    public void Publishes_the_draft_as_the_next_version()
    {
        var revised = Course with { Criteria = "Pass two examinations." };

        var after = Scenario.Given(Achievement.Decider,
                new AchievementDefined(Course, Now), new AchievementPublished(1, Course, Now), new AchievementDefined(revised, Now))
            .When(achievement => Achievement.Publish(achievement, Registered, Now))
            .Then(new AchievementPublished(2, revised, Now));

        Assert.Equal(2, after.Version);
        Assert.Equal(Course, after.Versions[0]);
        Assert.Null(after.Draft);
    }

    [Fact]
    public void Does_nothing_when_the_same_is_defined_or_published_again()
    {
        var given = Scenario.Given(Achievement.Decider, new AchievementDefined(Course, Now), new AchievementPublished(1, Course, Now));

        given.When(achievement => Achievement.Define(achievement, "finance", Course with { Identifiers = ["SOPH-033"] }, Now)).ThenNothing();
        given.When(achievement => Achievement.Publish(achievement, Registered, Now)).ThenNothing();
    }

    [Fact]
    public void Refuses_to_publish_what_does_not_exist()
        => Scenario.Given(Achievement.Decider)
            .When(achievement => Achievement.Publish(achievement, Registered, Now))
            .ThenRefused("achievement-unknown");

    [Fact]
    public void Refuses_to_publish_what_nobody_could_sign()
        => Scenario.Given(Achievement.Decider, new AchievementDefined(Course, Now))
            .When(achievement => Achievement.Publish(achievement, Issuer.Decider.Initial, Now))
            .ThenRefused("issuer-not-registered");

    public static TheoryData<string, string?, AchievementDefinition> Flaws => new()
    {
        { "achievement-name-missing", "/name", Course with { Name = " " } },
        { "achievement-description-missing", "/description", Course with { Description = "" } },
        { "achievement-criteria-missing", "/criteria", Course with { Criteria = "" } },
        { "achievement-type-unknown", "/achievementType", Course with { AchievementType = "Sticker" } },
        { "achievement-type-unknown", "/achievementType", Course with { AchievementType = "ext:" } },
        { "credit-negative", "/credit/amount", Course with { Credit = new AchievementCredit(-1m, "ECTS") } },
        { "credit-out-of-range", "/credit/amount", Course with { Credit = new AchievementCredit(100_000.5m, "ECTS") } },
        { "credit-out-of-range", "/credit/amount", Course with { Credit = new AchievementCredit(0.12345678m, "ECTS") } },
        { "validity-out-of-range", "/validForDays", Course with { ValidForDays = 0 } },
        { "alignment-incomplete", "/alignments/0", Course with { Alignments = [new Alignment("EQF 6", "/eqf/6")] } },
        { "alignment-type-unknown", "/alignments/0/targetType", Course with { Alignments = [new Alignment("a", "https://a.example", TargetType: "Level")] } },
        { "identifier-empty", "/identifiers/1", Course with { Identifiers = ["a", ""] } },
        { "rule-ambiguous", "/rule", Course with { Rule = new AwardRule(ActivityId, ["passed"], Stack: true) } },
        { "rule-activity-invalid", "/rule/activityId", Course with { Rule = new AwardRule("finance", ["passed"]) } },
        { "rule-outcomes-missing", "/rule/outcomes", Course with { Rule = new AwardRule(ActivityId) } },
        { "rule-outcome-unknown", "/rule/outcomes/0", Course with { Rule = new AwardRule(ActivityId, ["aced"]) } },
        { "rule-score-out-of-range", "/rule/minScaledScore", Course with { Rule = new AwardRule(ActivityId, ["passed"], 70m) } },
    };

    [Theory]
    [MemberData(nameof(Flaws))]
    public void Refuses_a_flawed_definition_and_names_the_place(string code, string? place, AchievementDefinition definition)
        => Assert.Equal(place, Scenario.Given(Achievement.Decider)
            .When(achievement => Achievement.Define(achievement, "finance", definition, Now))
            .ThenRefused(code).Place);

    [Theory]
    [InlineData("")]
    [InlineData("Finance")]
    [InlineData("a/b")]
    [InlineData("-a")]
    public void Refuses_an_id_that_does_not_fit_a_url(string id)
        => Scenario.Given(Achievement.Decider)
            .When(achievement => Achievement.Define(achievement, id, Course, Now))
            .ThenRefused("achievement-id-invalid");

    [Fact]
    public void Takes_extension_types()
        => Scenario.Given(Achievement.Decider)
            .When(achievement => Achievement.Define(achievement, "finance", Course with { AchievementType = "ext:Nanodegree" }, Now))
            .Then<AchievementDefined>();
}
