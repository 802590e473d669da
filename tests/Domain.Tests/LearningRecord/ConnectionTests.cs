using System.Text.Json;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class ConnectionTests
{
    private const string Welding = "https://example.edu/courses/welding-1";
    private const string Passed = "http://adlnet.gov/expapi/verbs/passed";

    private static readonly Guid Id = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0");

    private static readonly ConnectionSettings Settings = new(
        Connection.Out, "State LRS", "https://lrs.example.edu/xapi", "key", "2.0.0", StatementFilter.All, IntervalSeconds: 1);

    private static readonly ConnectionState Defined = Connection.Decider.Fold(Connection.Decider.Initial, [new ConnectionDefined(Id, Settings, FromStart: false)]);

    /// <summary>Maria passed welding within a programme, before an instructor.</summary>
    private static readonly IReadOnlyCollection<Term> Terms = Term.Of(
        JsonSerializer.Deserialize<JsonElement>($$$"""
            {"actor":{"mbox":"mailto:maria@example.edu"},"verb":{"id":"{{{Passed}}}"},"object":{"id":"{{{Welding}}}"},
             "context":{"instructor":{"openid":"https://ben.example.edu"},"contextActivities":{"parent":[{"id":"https://example.edu/programme"}]} } }
            """),
        JsonSerializer.Deserialize<JsonElement>("""{"account":{"homePage":"https://lms.example.edu","name":"lms"}}"""));

    [Fact]
    public void An_empty_filter_wants_everything() => Assert.True(Wants(StatementFilter.All));

    [Fact]
    public void Every_list_must_be_met_by_one_of_its_members()
    {
        Assert.True(Wants(StatementFilter.All with { Verbs = ["urn:other", Passed], Activities = [Welding] }));
        Assert.False(Wants(StatementFilter.All with { Verbs = [Passed], Activities = ["urn:other"] }));
        Assert.False(Wants(StatementFilter.All with { Verbs = ["urn:other"], Activities = [Welding] }));
    }

    [Fact]
    public void What_is_only_related_is_wanted_only_when_asked()
    {
        var programme = StatementFilter.All with { Activities = ["https://example.edu/programme"] };
        Assert.False(Wants(programme));
        Assert.True(Wants(programme with { RelatedActivities = true }));
        var instructor = StatementFilter.All with { Learners = ["openid:https://ben.example.edu"] };
        Assert.False(Wants(instructor));
        Assert.True(Wants(instructor with { RelatedAgents = true }));
        // A verb is no activity, whatever it is called.
        Assert.False(Wants(StatementFilter.All with { Activities = [Passed], RelatedActivities = true }));
    }

    [Fact]
    public void A_change_that_changes_nothing_is_none()
    {
        Assert.Empty(Connection.Change(Defined, Id, Settings with { Filter = new StatementFilter([], [], false, [], false) }, secretChanged: false).Events);
        Assert.Single(Connection.Change(Defined, Id, Settings, secretChanged: true).Events);
        Assert.Equal("/direction", Connection.Change(Defined, Id, Settings with { Direction = Connection.In }, secretChanged: false).Rejection!.Place);
    }

    [Fact]
    public void A_secret_stays_only_what_it_was_for_whom_it_was()
    {
        var bearer = Connection.Decider.Fold(Connection.Decider.Initial, [new ConnectionDefined(Id, Settings with { Key = "" }, FromStart: false)]);
        foreach (var (state, changed) in new[] { (Defined, Settings with { Key = "" }), (bearer, Settings), (Defined, Settings with { Endpoint = "https://other.example.edu/xapi" }) })
        {
            var refused = Connection.Change(state, Id, changed, secretChanged: false).Rejection!;
            Assert.Equal(("connection-secret-required", "/secret"), (refused.Code, refused.Place));
            Assert.Single(Connection.Change(state, Id, changed, secretChanged: true).Events);
        }
        Assert.Single(Connection.Change(Defined, Id, Settings with { Key = "another" }, secretChanged: false).Events);
        Assert.Single(Connection.Change(bearer, Id, Settings with { Key = "", Name = "renamed" }, secretChanged: false).Events);
    }

    [Fact]
    public void What_is_ended_takes_no_more_commands()
    {
        var ended = Connection.Decider.Fold(Defined, Connection.End(Defined, Id).Events);
        foreach (var decision in new[] { Connection.Pause(ended, Id), Connection.Resume(ended, Id), Connection.End(ended, Id), Connection.Skip(ended, Id, [Id]), Connection.Change(ended, Id, Settings, true) })
            Assert.Equal("connection-not-found", decision.Rejection!.Code);
    }

    [Theory]
    [InlineData("https://user:secret@lrs.example.edu/xapi", "/endpoint")]
    [InlineData("https://lrs.example.edu/xapi?x=1", "/endpoint")]
    [InlineData("lrs", "/endpoint")]
    public void An_endpoint_is_a_plain_address(string endpoint, string place)
        => Assert.Equal(place, Connection.Define(Connection.Decider.Initial, new ConnectionDefined(Id, Settings with { Endpoint = endpoint }, false)).Rejection!.Place);

    [Fact]
    public void What_is_fetched_is_filtered_by_what_a_store_can_be_asked_for()
    {
        Assert.Equal("/filter/verbs", Refused(StatementFilter.All with { Verbs = ["urn:one", "urn:two"] }));
        Assert.Equal("/filter/activities", Refused(StatementFilter.All with { Activities = ["urn:one", "urn:two"] }));
        Assert.Equal("/filter/agents", Refused(StatementFilter.All with { Learners = ["learner-x"] }));

        static string? Refused(StatementFilter filter)
            => Connection.Define(Connection.Decider.Initial, new ConnectionDefined(Id, Settings with { Direction = Connection.In, Filter = filter }, false)).Rejection!.Place;
    }

    // The pseudonym is the identifier itself here.
    private static bool Wants(StatementFilter filter) => filter.Matches(Terms, person => person.Canonical);
}
