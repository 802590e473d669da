using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Recording;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class StatementStreamTests
{
    private static readonly Guid Id = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0");
    private static readonly Guid Voider = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa1");
    private static readonly StatementStored Stored = new(Id, "learner-x", "urn:v", "Activity", "urn:a", RefersTo: null, IsVoiding: false, "client", "text", []);
    private static readonly Achievement Passed = new(Outcomes.Passed, "urn:a", ActivityType: null, 0.8m, DateTimeOffset.UnixEpoch, "default-1");
    private static readonly AchievementRecorded Recorded = new("learner-x", Id, "passed", "urn:a", ActivityType: null, 0.8m, DateTimeOffset.UnixEpoch, "default-1");

    [Fact]
    public void Records_what_a_statement_achieves()
        => Assert.Equal<object>([Stored, Recorded], Store(Passed).Events);

    [Fact]
    public void Has_one_winner_per_id()
        => Assert.Equal("statement-id-conflict", Store(Passed, Stored).Rejection?.Code);

    [Fact]
    public void Withdraws_the_achievement_of_a_voided_statement()
        => Assert.Equal<object>(
            [new StatementVoided(Id, Voider), new AchievementWithdrawn("learner-x", Id, "urn:a", "voided")],
            StatementStream.Void(After(Stored, Recorded), Id, Voider).Events);

    [Fact]
    public void Is_void_from_its_start_when_the_voiding_came_first()
    {
        var voided = new StatementVoided(Id, Voider);
        Assert.Equal<object>([Stored], Store(Passed, voided).Events);
        Assert.True(After(voided, Stored).IsVoided);
    }

    [Fact]
    public void Does_not_void_twice() => Assert.Empty(StatementStream.Void(After(Stored, new StatementVoided(Id, Voider)), Id, Voider).Events);

    [Fact]
    public void Does_not_void_a_voiding_statement()
    {
        var voiding = Stored with { IsVoiding = true };
        Assert.Empty(StatementStream.Void(After(voiding), Id, Voider).Events);
        Assert.False(After(new StatementVoided(Id, Voider), voiding).IsVoided);
    }

    private static Decision Store(Achievement? achievement, params object[] given) => StatementStream.Store(After(given), Stored, achievement);

    private static StatementState After(params object[] given) => StatementStream.Decider.Fold(StatementStream.Decider.Initial, given);
}
