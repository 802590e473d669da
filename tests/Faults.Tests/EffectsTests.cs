using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Faults;

/// <summary>Each kind of violation that <see cref="Effects"/> knows is seen.</summary>
public sealed class EffectsTests
{
    [Fact]
    public void What_was_acknowledged_in_its_order_is_no_violation() => Assert.Empty(Effects.Violations([1, 2, 3], [1, 2, 4, 3], open: [4, 5]));

    [Theory]
    [InlineData(new[] { 1, 3 }, ViolationKind.Lost)]
    [InlineData(new[] { 1, 2, 3, 2 }, ViolationKind.Duplicated)]
    [InlineData(new[] { 1, 3, 2 }, ViolationKind.Reordered)]
    [InlineData(new[] { 1, 2, 3, 4 }, ViolationKind.Phantom)]
    public void What_differs_is_seen(int[] seen, ViolationKind kind) => Assert.Equal(kind, Assert.Single(Effects.Violations([1, 2, 3], seen)).Kind);
}
