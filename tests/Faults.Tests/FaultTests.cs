using Xunit;

namespace Pathways.Faults;

/// <summary>The short form of a few fault cases, one after the other on one system.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Stories_go_on_as_if_nothing_had_happened()
    {
        await using var run = new FaultRun(FaultForm.Short, replicas: 1);
        foreach (var fault in FaultCase.All.Where(fault => fault.Name is "kill-services" or "kill-before-answer" or "database-hangs" or "shuffled"))
            Assert.Empty((await fault.RunAsync(run, TestContext.Current.CancellationToken)).Violations);
    }

    /// <summary>Those that need no whole system.</summary>
    [Theory]
    [InlineData("poison-event")]
    [InlineData("two-builds")]
    [InlineData("tampering")]
    public async Task A_small_case_holds(string name)
    {
        await using var run = new FaultRun(FaultForm.Short, replicas: 2);
        Assert.Empty((await FaultCase.All.Single(fault => fault.Name == name).RunAsync(run, TestContext.Current.CancellationToken)).Violations);
    }
}
