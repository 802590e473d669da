using Pathways.LearningRecord.Domain.Mapping;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class MappingRulesTests
{
    private static readonly DateTimeOffset Stored = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("http://adlnet.gov/expapi/verbs/passed", "passed")]
    [InlineData("http://adlnet.gov/expapi/verbs/completed", "completed")]
    [InlineData("http://adlnet.gov/expapi/verbs/mastered", "mastered")]
    [InlineData("http://adlnet.gov/expapi/verbs/scored", "scored")]
    [InlineData("https://pathways.example/xapi/verbs/attested", "attested")]
    [InlineData("http://adlnet.gov/expapi/verbs/failed", null)] // the result says success
    [InlineData("http://adlnet.gov/expapi/verbs/experienced", null)]
    public void Derives_the_outcome_from_the_verb(string verb, string? outcome)
        => Assert.Equal(outcome, Derive(Sample.With("/verb/id", $"\"{verb}\""))?.Outcome);

    [Fact]
    public void Tells_what_when_how_well_and_by_which_rules()
        => Assert.Equal(
            new Achievement("passed", "https://example.edu/courses/welding-1", "http://adlnet.gov/expapi/activities/course", 0.83m, new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), "default-1"),
            Derive(Sample.Passed));

    [Fact]
    public void Does_not_take_passed_for_passed_when_the_result_says_otherwise()
        => Assert.Null(Derive(Sample.With("/result/success", "false")));

    [Fact]
    public void Credits_a_person_with_an_activity_and_nothing_else()
    {
        Assert.Null(Derive(Sample.With("/actor", """{"objectType":"Group","mbox":"mailto:team@example.edu"}""")));
        Assert.Null(Derive(Sample.With("/object", """{"objectType":"Agent","mbox":"mailto:a@b"}""")));
    }

    [Fact]
    public void Takes_the_time_of_storing_where_the_statement_names_none()
        => Assert.Equal(Stored, Derive(Sample.Without("/timestamp"))?.OccurredAt);

    private static Achievement? Derive(string statement) => MappingRules.Default.Derive(Sample.Json(statement), Stored);
}
