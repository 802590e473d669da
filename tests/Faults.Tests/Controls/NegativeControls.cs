using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace Pathways.Faults.Controls;

/// <summary>
/// The checker is trusted because it was seen to fail: the same run, once with the real component and once with a mutant
/// of it that has exactly one known defect.
/// </summary>
public sealed class NegativeControls(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_position_stored_before_the_confirm_is_seen_as_loss()
    {
        Assert.Empty(await PositionBeforeConfirm.RunAsync(servers, mutated: false, Cancellation));
        Assert.Contains(await PositionBeforeConfirm.RunAsync(servers, mutated: true, Cancellation), violation => violation.Kind == ViolationKind.Lost);
    }

    [Fact]
    public async Task A_cursor_that_is_not_checked_is_seen_as_doubling()
    {
        Assert.Empty(await CursorOff.RunAsync(servers, mutated: false, Cancellation));
        Assert.Contains(await CursorOff.RunAsync(servers, mutated: true, Cancellation), violation => violation.Kind == ViolationKind.Duplicated);
    }

    [Fact]
    public async Task A_swallowed_conflict_is_seen_as_loss()
    {
        Assert.Empty(await ConflictSwallowed.RunAsync(await servers.PostgresAsync(), mutated: false, Cancellation));
        Assert.Contains(await ConflictSwallowed.RunAsync(await servers.PostgresAsync(), mutated: true, Cancellation), violation => violation.Kind == ViolationKind.Lost);
    }

    [Fact]
    public async Task A_reader_of_the_raw_sequence_is_seen_to_lose()
    {
        Assert.Empty(await RawSequence.RunAsync(await servers.PostgresAsync(), mutated: false, Cancellation));
        Assert.Contains(await RawSequence.RunAsync(await servers.PostgresAsync(), mutated: true, Cancellation), violation => violation.Kind == ViolationKind.Lost);
    }

    [Fact]
    public async Task Writes_that_are_not_flushed_are_seen_to_be_lost()
    {
        Assert.True(PowerCut.IsPossible, PowerCut.WhyNot);
        Assert.Empty(await PowerCut.RunAsync(fsync: true, Cancellation));
        Assert.Contains(await PowerCut.RunAsync(fsync: false, Cancellation), violation => violation.Kind == ViolationKind.Lost);
    }

    [Fact]
    public async Task A_server_that_does_not_flush_is_seen_by_its_settings()
    {
        Assert.Empty(await PowerCut.DurabilityAsync(Cancellation));
        Assert.Contains(await PowerCut.DurabilityAsync(Cancellation, "fsync=off"), violation => violation.Text == "fsync is off");
    }

    [Fact]
    public async Task A_verifier_that_does_not_check_hashes_is_seen_to_be_blind()
    {
        Assert.Empty(await Tampering.RunAsync(await servers.PostgresAsync(), Tampering.Verifier, Cancellation));
        Assert.NotEmpty(await Tampering.RunAsync(await servers.PostgresAsync(), Tampering.WithoutHashes, Cancellation));
    }
}
