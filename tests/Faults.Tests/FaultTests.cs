using Xunit;

namespace Pathways.Faults;

/// <summary>The short form of a few fault cases, one after the other on one system.</summary>
public sealed class FaultTests
{
    [Fact]
    public Task Stories_go_on_as_if_nothing_had_happened()
        => HoldAsync(replicas: 1, "kill-services", "kill-before-answer", "database-hangs", "shuffled", "erasure");

    [Fact]
    public Task Stories_go_on_with_two_replicas_of_each_service() => HoldAsync(replicas: 2, "kill-broker", "dropped");

    /// <summary>Those that need no whole system.</summary>
    [Theory]
    [InlineData("poison-event")]
    [InlineData("two-builds")]
    [InlineData("tampering")]
    public Task A_small_case_holds(string name) => HoldAsync(replicas: 2, name);

    private static async Task HoldAsync(int replicas, params string[] names)
    {
        await using var run = new FaultRun(FaultForm.Short, replicas);
        foreach (var name in names)
        {
            var report = await FaultCase.All.Single(fault => fault.Name == name).RunAsync(run, TestContext.Current.CancellationToken);
            Assert.True(report.Held, $"{name}: {string.Join("; ", report.Violations)}");
        }
    }
}
