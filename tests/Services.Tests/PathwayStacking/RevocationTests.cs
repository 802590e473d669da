using System.Text.Json;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.PathwayStacking.Domain.Stacking;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pathways.Services.Tests.PathwayStacking;

/// <summary>A credential that falls reopens the stacks that it carried, and touches no other.</summary>
public sealed class RevocationTests(StackingUnderTest stacking) : IClassFixture<StackingUnderTest>
{
    [Fact]
    public async Task A_revoked_credential_reopens_exactly_the_stacks_that_it_carried()
    {
        // X is in two pathways, and in the third it is one of several; Y and Z are others' business.
        var carrying = await stacking.PublishAsync("carrying", 2, "X", "Y");
        var alsoCarrying = await stacking.PublishAsync("also-carrying", 1, "X");
        var withChoice = await stacking.PublishAsync("with-choice", 1, "X", "Y", "Z");
        var without = await stacking.PublishAsync("without", 1, "Y");
        string[] pathways = [carrying, alsoCarrying, withChoice, without];
        var stacks = new Dictionary<(string Learner, string Pathway), string>();
        foreach (var learner in (string[])["rev-1", "rev-2", "rev-3"])
        {
            foreach (var pathway in pathways) stacks[(learner, pathway)] = await stacking.EnrolAsync(learner, pathway);
            foreach (var course in (string[])["X", "Y"]) await stacking.DeliverAsync(stacking.Issued(learner, $"{learner}-{course}", course));
        }

        // The second learner has it twice: the other instance carries on.
        await stacking.DeliverAsync(stacking.Issued("rev-2", "rev-2-X-again", "X"));
        foreach (string stack in stacks.Values) Assert.Equal("satisfied", await stacking.VerdictAsync(stack));
        var before = await VersionsAsync(stacks);

        await stacking.RevokeAsync("rev-1", "rev-1-X");
        await stacking.RevokeAsync("rev-2", "rev-2-X");

        var reopened = new List<(string, string)>();
        foreach (var (key, stack) in stacks)
        {
            if ((await EventsAsync(stack)).Any(recorded => recorded.Data is StackReopened)) reopened.Add(key);
            Assert.Equal(reopened.Contains(key) ? "not-satisfied" : "satisfied", await stacking.VerdictAsync(stack));
        }

        Assert.Equal([("rev-1", carrying), ("rev-1", alsoCarrying)], reopened);
        // Who lost nothing, and a stack that the credential never concerned, have no new event at all.
        var after = await VersionsAsync(stacks);
        Assert.Equal(
            stacks.Keys.Where(key => key.Learner == "rev-3" || key.Pathway == without).ToHashSet(),
            stacks.Keys.Where(key => after[key] == before[key]).ToHashSet());

        // What comes anew completes again.
        await stacking.DeliverAsync(stacking.Issued("rev-1", "rev-1-X-new", "X"));
        foreach (var pathway in pathways) Assert.Equal("satisfied", await stacking.VerdictAsync(stacks[("rev-1", pathway)]));
    }

    [Fact]
    public async Task A_reopened_stack_says_why_and_names_what_is_missing()
    {
        var stack = await stacking.EnrolAsync("rev-4", await stacking.PublishAsync("reasons", 1, "W"));
        await stacking.DeliverAsync(stacking.Issued("rev-4", "rev-4-W", "W"));
        await stacking.RevokeAsync("rev-4", "rev-4-W");

        var reopened = (StackReopened)(await EventsAsync(stack)).Single(recorded => recorded.Data is StackReopened).Data;
        Assert.Contains("revoked", reopened.Reason, StringComparison.Ordinal);
        var missing = (await stacking.StackAsync(stack)).Json.GetProperty("decision").GetProperty("missing");
        Assert.Equal("W", Assert.Single(missing.EnumerateArray()).GetProperty("text").GetString());
    }

    private async Task<Dictionary<(string Learner, string Pathway), long>> VersionsAsync(Dictionary<(string Learner, string Pathway), string> stacks)
    {
        var versions = new Dictionary<(string, string), long>();
        foreach (var (key, stack) in stacks) versions[key] = (await EventsAsync(stack)).Count;
        return versions;
    }

    private async Task<List<RecordedEvent>> EventsAsync(string stack)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in stacking.Service.Services.GetRequiredService<IEventStore>()
            .ReadStreamAsync(StackingUnderTest.Tenant, $"stack-{stack}", 0, TestContext.Current.CancellationToken)) events.Add(recorded);
        return events;
    }
}
