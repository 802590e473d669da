using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>Clocks differ and are put right: what is dated in the future is kept, said to be so, and counts when its time has come.</summary>
public sealed class DatesAheadTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private string _pathwayId = "";

    public async ValueTask InitializeAsync()
    {
        _pathwayId = await stacking.PublishAsync("ahead", 2, "A1", "A2");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Credentials_dated_in_the_future_are_named_and_count_one_after_the_other_when_their_time_has_come()
    {
        var now = stacking.Clock.GetUtcNow();
        var stack = await stacking.EnrolAsync("learner-ahead", _pathwayId);
        await stacking.DeliverAsync(stacking.Issued("learner-ahead", "ahead-1", "A1", now.AddMinutes(9)));
        await stacking.DeliverAsync(stacking.Issued("learner-ahead", "ahead-2", "A2", now.AddMinutes(11)));

        var view = (await stacking.StackAsync(stack)).Json;
        Assert.Equal(["ahead-1", "ahead-2"], view.GetProperty("datedInTheFuture").EnumerateArray().Select(ahead => ahead.GetProperty("evidenceId").GetString()));
        Assert.Equal(0, view.GetProperty("decision").GetProperty("requirementsMet").GetInt32());

        stacking.Clock.Shift += TimeSpan.FromMinutes(5);
        await EventuallyMetAsync(stack, 1);
        stacking.Clock.Shift += TimeSpan.FromMinutes(2);
        await EventuallyMetAsync(stack, 2);
        Assert.Equal("satisfied", await stacking.VerdictAsync(stack));
    }

    [Fact]
    public async Task A_learner_may_enrol_with_a_credential_dated_in_the_future()
    {
        await stacking.DeliverAsync(stacking.Issued("learner-early", "early-1", "A1", stacking.Clock.GetUtcNow().AddMinutes(8)));
        var stack = await stacking.EnrolAsync("learner-early", _pathwayId);

        stacking.Clock.Shift += TimeSpan.FromMinutes(4);
        await EventuallyMetAsync(stack, 1);
    }

    [Fact]
    public async Task A_credential_of_the_end_of_time_is_kept_and_does_not_count()
    {
        var stack = await stacking.EnrolAsync("learner-never", _pathwayId);
        await stacking.DeliverAsync(stacking.Issued("learner-never", "never-1", "A1", DateTimeOffset.MaxValue.AddDays(-1)));

        Assert.Single((await stacking.StackAsync(stack)).Json.GetProperty("datedInTheFuture").EnumerateArray());
    }

    private Task EventuallyMetAsync(string stack, int requirements) => Eventually.TrueAsync(
        async () => (await stacking.StackAsync(stack)).Json.GetProperty("decision").GetProperty("requirementsMet").GetInt32() == requirements,
        Patience, $"{requirements} requirements are met", TestContext.Current.CancellationToken);
}
