using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class StatementEquivalenceTests
{
    [Theory]
    [InlineData("/verb/display", """{"de":"bestanden"}""")]
    [InlineData("/object/definition", """{"name":{"en":"Other"}}""")]
    [InlineData("/authority", """{"mbox":"mailto:a@b"}""")]
    [InlineData("/stored", "\"2026-01-01T00:00:00Z\"")]
    [InlineData("/timestamp", "\"2026-01-01T00:00:00Z\"")]
    [InlineData("/version", "\"2.0.0\"")]
    [InlineData("/result/duration", "\"PT1H\"")]
    [InlineData("/result/score/scaled", "0.830")]
    [InlineData("/context/registration", "\"EC531277-B57B-4C15-8D91-D292C5B2B8F7\"")]
    [InlineData("/context/contextActivities/parent", """[{"id":"https://example.edu/programmes/welding","objectType":"Activity"}]""")]
    public void Is_the_same_statement_with_another(string pointer, string json)
        => Assert.True(StatementEquivalence.AreSame(Sample.Json(Sample.Passed), Sample.Json(Sample.With(pointer, json))));

    [Theory]
    [InlineData("/actor/mbox", "\"mailto:mario@example.edu\"")]
    [InlineData("/actor/name", "\"Mario\"")]
    [InlineData("/verb/id", "\"http://adlnet.gov/expapi/verbs/failed\"")]
    [InlineData("/object/id", "\"https://example.edu/courses/welding-2\"")]
    [InlineData("/result/score/scaled", "0.84")]
    [InlineData("/result/success", "false")]
    [InlineData("/result/response", "\"a\"")]
    [InlineData("/context/platform", "\"other\"")]
    [InlineData("/context/extensions", """{"urn:x":1}""")]
    public void Is_another_statement_with_another(string pointer, string json)
        => Assert.False(StatementEquivalence.AreSame(Sample.Json(Sample.Passed), Sample.Json(Sample.With(pointer, json))));

    [Fact]
    public void Does_not_ask_for_the_order_of_a_groups_members()
    {
        const string one = """{"objectType":"Group","member":[{"mbox":"mailto:a@b"},{"mbox":"mailto:c@d"}]}""";
        const string other = """{"objectType":"Group","member":[{"mbox":"mailto:c@d"},{"mbox":"mailto:a@b"}]}""";
        Assert.True(StatementEquivalence.AreSame(Sample.Json(Sample.With("/actor", one)), Sample.Json(Sample.With("/actor", other))));
    }

    [Theory]
    [InlineData("P1DT12H36M0.1237S", "P1DT12H36M0.12S", true)]
    [InlineData("PT1.00S", "PT1S", true)]
    [InlineData("PT1.12S", "PT1.13S", false)]
    public void Compares_durations_to_a_hundredth(string one, string other, bool same)
        => Assert.Equal(same, Iso8601Duration.Comparable(one) == Iso8601Duration.Comparable(other));
}
