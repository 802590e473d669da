using System.Text.Json;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class AttestationTests
{
    private static readonly Guid Id = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0");
    private static readonly DateOnly Today = new(2026, 3, 1);

    private static readonly Attestation Sample = new(
        Person("maria"), Person("ben"), "volunteering", "Food bank", new DateOnly(2026, 1, 5), new DateOnly(2026, 2, 20), Hours: 7.55m,
        Description: "Sorted donations", Organisation: "City food bank", AttesterRole: "Supervisor",
        Evidence: [new AttestedEvidence("Roster", "https://example.edu/roster"), new AttestedEvidence("Photo", Sha256: new string('a', 64))]);

    [Fact]
    public void Is_a_valid_statement_that_is_an_achievement_and_reads_back_as_it_was()
    {
        Assert.Null(Sample.Check(Today));
        var statement = AttestedStatement.Of(Id, Sample);
        Assert.Null(StatementRules.Check(statement, XapiVersion.V200, attests: true));
        Assert.Equal("PT7H33M", statement.GetProperty("result").GetProperty("duration").GetString());
        var achieved = MappingRules.Default.Derive(statement, DateTimeOffset.UnixEpoch)!;
        Assert.Equal((Outcomes.Attested, Sample.Activity), (achieved.Outcome, achieved.ActivityId));
        Assert.Equal(new DateTimeOffset(2026, 2, 20, 0, 0, 0, TimeSpan.Zero), achieved.OccurredAt);
        Assert.Equal(JsonSerializer.Serialize(Sample with { ActivityId = Sample.Activity }), JsonSerializer.Serialize(AttestedStatement.Read(statement)));
    }

    [Fact]
    public void Reads_back_with_only_what_it_must_have()
    {
        var least = new Attestation(Person("maria"), Person("ben"), "workshop", "First aid", new DateOnly(2026, 1, 5), new DateOnly(2026, 1, 5));
        Assert.Equal(JsonSerializer.Serialize(least with { ActivityId = least.Activity }), JsonSerializer.Serialize(AttestedStatement.Read(AttestedStatement.Of(Id, least))));
    }

    [Fact]
    public void Two_that_differ_only_in_their_title_are_two()
        => Assert.False(StatementEquivalence.AreSame(AttestedStatement.Of(Id, Sample), AttestedStatement.Of(Id, Sample with { Title = "Soup kitchen" })));

    [Fact]
    public void Its_withdrawal_is_a_valid_voiding_with_its_reason()
    {
        var withdrawal = AttestedStatement.Withdrawal(Id, Person("office"), "entered twice");
        Assert.Null(StatementRules.Check(withdrawal, XapiVersion.V200, attests: true));
        Assert.Equal("entered twice", AttestedStatement.ReasonOf(withdrawal));
        Assert.Null(AttestedStatement.Read(withdrawal));
    }

    [Fact]
    public void Between_stores_it_is_a_plain_statement_that_is_no_achievement_and_keeps_what_it_says()
    {
        var (record, withdrawal) = (AttestedStatement.Of(Id, Sample), AttestedStatement.Withdrawal(Id, Person("office"), "entered twice"));
        var (plain, plainWithdrawal) = (AttestedStatement.AsPlain(record)!.Value, AttestedStatement.AsPlain(withdrawal)!.Value);

        Assert.All([plain, plainWithdrawal], statement => Assert.Null(StatementRules.Check(statement, XapiVersion.V200)));
        Assert.Null(MappingRules.Default.Derive(plain, DateTimeOffset.UnixEpoch));
        Assert.Null(AttestedStatement.Read(plain));
        Assert.Equal(record.GetProperty("context").GetRawText(), plain.GetProperty("context").GetRawText());
        Assert.Contains("entered twice", plainWithdrawal.GetRawText(), StringComparison.Ordinal);
        Assert.All([plain, plainWithdrawal], statement => Assert.Null(AttestedStatement.AsPlain(statement)));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"verb":7}""")]
    [InlineData("""{"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},"context":[]}""")]
    public void What_is_none_stays_as_it_is(string statement) => Assert.Null(AttestedStatement.AsPlain(JsonElement.Parse(statement)));

    [Fact]
    public void From_elsewhere_neither_comes_and_a_plain_voiding_does()
    {
        var withdrawal = AttestedStatement.Withdrawal(Id, Person("office"), "entered twice");
        Assert.Equal(("attestation-reserved", "/verb/id"), Refused(AttestedStatement.Of(Id, Sample)));
        Assert.Equal(("attestation-reserved", "/context/extensions"), Refused(withdrawal));
        var plain = System.Text.Json.Nodes.JsonNode.Parse(withdrawal.GetRawText())!.AsObject();
        plain.Remove("context");
        Assert.Equal((null, null), Refused(JsonSerializer.SerializeToElement(plain)));

        static (string?, string?) Refused(JsonElement statement) => StatementRules.Check(statement, XapiVersion.V200) is { } breach ? (breach.Code, breach.Place) : (null, null);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    public void A_reason_that_is_no_text_is_none(string reason)
        => Assert.Null(AttestedStatement.ReasonOf(JsonSerializer.Deserialize<JsonElement>($"{{\"context\":{{\"extensions\":{{\"{AttestedVocabulary.Reason}\":{reason}}}}}}}")));

    [Fact]
    public void What_can_not_be_vouched_for_is_refused_by_its_place()
    {
        var cases = new (Attestation Attestation, string Place)[]
        {
            (Sample with { Attester = Person("maria") }, "/attester"),
            (Sample with { Attester = JsonSerializer.Deserialize<JsonElement>("""{"name":"ben"}""") }, "/attester"),
            (Sample with { Learner = JsonSerializer.Deserialize<JsonElement>("""{"objectType":"Group","mbox":"mailto:all@example.edu"}""") }, "/learner"),
            (Sample with { Kind = "hobby" }, "/kind"),
            (Sample with { Title = "" }, "/title"),
            (Sample with { To = new DateOnly(2026, 1, 4) }, "/to"),
            (Sample with { To = new DateOnly(2026, 3, 3) }, "/to"),
            (Sample with { Hours = 0m }, "/hours"),
            (Sample with { Hours = 1.005m }, "/hours"),
            (Sample with { ActivityId = "welding" }, "/activityId"),
            (Sample with { Language = "nonsense-tag-of-too-many-letters" }, "/language"),
            (Sample with { Evidence = [new AttestedEvidence("Roster", "https://example.edu/roster"), null!] }, "/evidence/1"),
            (Sample with { Evidence = [new AttestedEvidence("Nothing")] }, "/evidence/0/url"),
            (Sample with { Evidence = [new AttestedEvidence("Script", "javascript:alert(1)")] }, "/evidence/0/url"),
            (Sample with { Evidence = [new AttestedEvidence("Hash", Sha256: "abc")] }, "/evidence/0/sha256"),
        };
        Assert.All(cases, each => Assert.StartsWith(each.Place, each.Attestation.Check(Today)?.Place, StringComparison.Ordinal));
    }

    private static JsonElement Person(string who) => JsonSerializer.Deserialize<JsonElement>($$"""{"mbox":"mailto:{{who}}@example.edu","name":"{{who}}"}""");
}
