using System.Text.Json.Nodes;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Faults;

/// <summary>The checker of the fault cases can fail.</summary>
public sealed class CheckerTests
{
    private static readonly Guid Statement = Guid.NewGuid();
    private static readonly SystemLogEntry Issued = IssuedFor(Statement);
    private static readonly SystemLogEntry Told = Entry("institution-feed", 1, "feed-credential-1", 1, "public_event_received") with
    {
        Data = new() { ["CloudEvent"] = $$"""{"id":"{{Issued.Id}}"}""" }, Cause = new(Issued.Service, Issued.Id),
    };

    [Fact]
    public void A_sound_log_has_no_violations() => Assert.Empty(Invariants.Violations([Issued, Told]));

    [Fact]
    public void A_lost_event_is_seen() => Assert.Contains("in the feed 0 times", Assert.Single(Invariants.Violations([Issued])).Text);

    [Fact]
    public void An_event_told_twice_is_seen()
        => Assert.Contains(Invariants.Violations([Issued, Told, Told with { Id = Guid.NewGuid(), Position = 2, Version = 2 }]), violation => violation.Text.Contains("in the feed 2 times"));

    [Fact]
    public void A_gap_in_the_log_is_seen()
        => Assert.Contains(Invariants.Violations([Issued with { Position = 2 }, Told]), violation => violation.Text.Contains("has a gap"));

    [Fact]
    public void A_stream_out_of_order_is_seen()
        => Assert.Contains(Invariants.Violations([Issued with { Version = 2 }, Told]), violation => violation.Text.Contains("not contiguous"));

    [Fact]
    public void A_doubled_award_is_seen()
    {
        var second = Entry("credential-issuance", 2, "credential-2", 1, "credential_issued");
        var told = Told with { Id = Guid.NewGuid(), Position = 2, Version = 2, Data = new() { ["CloudEvent"] = $$"""{"id":"{{second.Id}}"}""" } };

        Assert.Contains(Invariants.Violations([Issued, Told, second, told]), violation => violation.Text.Contains("2 credentials"));
    }

    [Fact]
    public void A_stream_told_in_another_order_is_seen()
    {
        var first = Told with { Data = Cloud(Issued.Id, 1) };
        var second = Told with { Id = Guid.NewGuid(), Position = 2, Version = 2, Data = Cloud(Guid.NewGuid(), 2) };

        Assert.DoesNotContain(Invariants.Violations([Issued, first, second]), violation => violation.Kind == ViolationKind.Reordered);
        Assert.Contains(
            Invariants.Violations([Issued, first with { Position = 2, Version = 2 }, second with { Position = 1, Version = 1 }]),
            violation => violation.Kind == ViolationKind.Reordered && violation.Text.Contains("in the order 2 1"));
    }

    [Fact]
    public void A_kept_history_has_no_violations()
        => Assert.Empty(HistoryCheck.Violations([Asked(Outcome.Ok), Asked(Outcome.Unknown) with { Statement = Guid.NewGuid() }], [Recorded, Issued]));

    [Fact]
    public void An_acknowledged_command_that_is_not_there_is_seen() => Assert.Equal(ViolationKind.Lost, SeenIn(Outcome.Ok, Issued));

    [Fact]
    public void A_refused_command_that_is_there_is_seen() => Assert.Equal(ViolationKind.Phantom, SeenIn(Outcome.Refused, Recorded, Issued));

    [Fact]
    public void A_command_carried_out_twice_is_seen() => Assert.Equal(ViolationKind.Duplicated, SeenIn(Outcome.Ok, Recorded, Recorded, Issued));

    [Fact]
    public void A_consequence_that_never_came_is_seen() => Assert.Equal(ViolationKind.Lost, SeenIn(Outcome.Unknown, Recorded));

    [Fact]
    public void A_record_that_nobody_has_sent_is_seen()
    {
        var invented = Recorded with { Position = 2, Data = new() { ["LearnerId"] = "learner-1", ["RecordId"] = $"{Guid.NewGuid()}" } };

        Assert.Equal(ViolationKind.Phantom, SeenIn(Outcome.Ok, Recorded, Issued, invented));
    }

    [Fact]
    public void A_credential_for_nothing_that_was_sent_is_seen() => Assert.Equal(ViolationKind.Phantom, SeenIn(Outcome.Ok, Recorded, Issued, IssuedFor(Guid.NewGuid())));

    [Fact]
    public void Unknown_commands_that_were_carried_out_are_counted()
        => Assert.Equal(1, HistoryCheck.Recovered([Asked(Outcome.Unknown), Asked(Outcome.Unknown) with { Statement = Guid.NewGuid() }], [Recorded, Issued]));

    [Theory]
    [InlineData(Outcome.Ok, "200", 0)]
    [InlineData(Outcome.Unknown, "503", 0)]
    [InlineData(Outcome.Unknown, "500", 1)]
    [InlineData(Outcome.Refused, "429", 1)]
    [InlineData(Outcome.Refused, "401", 0)]
    public void A_valid_statement_that_is_refused_is_seen(Outcome outcome, string answer, int wrong)
        => Assert.Equal(wrong, HistoryCheck.WrongAnswers([Asked(outcome) with { Answer = answer }], "401").Count());

    [Fact]
    public async Task A_load_of_which_nothing_is_taken_is_seen()
    {
        var history = new History();
        history.Add(Asked(Outcome.Ok));
        Assert.Empty(await UnderLoad.NothingTakenAsync(history, 0, TimeSpan.Zero, "", TestContext.Current.CancellationToken));

        history.Add(Asked(Outcome.Unknown));
        Assert.Single(await UnderLoad.NothingTakenAsync(history, 1, TimeSpan.Zero, "", TestContext.Current.CancellationToken));
    }

    private static SystemLogEntry Recorded
    {
        get
        {
            var entry = Entry("learning-record", 1, $"statement-{Statement}", 1, "achievement_recorded");
            entry.Data["RecordId"] = $"{Statement}";
            return entry;
        }
    }

    private static Attempt Asked(Outcome outcome) => new(Statement, "caller", outcome, "?", TimeSpan.Zero);

    private static ViolationKind SeenIn(Outcome outcome, params SystemLogEntry[] log) => Assert.Single(HistoryCheck.Violations([Asked(outcome)], log)).Kind;

    private static JsonObject Cloud(Guid id, int sequence)
        => new() { ["CloudEvent"] = $$"""{"id":"{{id}}","source":"/hutchinson/credential-issuance","subject":"credential-1","sequence":"{{sequence}}"}""" };

    private static SystemLogEntry IssuedFor(Guid record)
    {
        var issued = Entry("credential-issuance", 1, "credential-1", 1, "credential_issued");
        issued.Data["Basis"] = new JsonObject { ["RecordId"] = $"{record}" };
        return issued;
    }

    private static SystemLogEntry Entry(string service, long position, string stream, long version, string type) => new(
        service, position, Guid.NewGuid(), "hutchinson", stream, version, type, new() { ["LearnerId"] = "learner-1", ["AchievementId"] = "we104" });
}
