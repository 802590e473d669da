using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Faults;

public sealed class FreePortsTests
{
    /// <summary>A port that was given away but is not listened on yet looks free.</summary>
    [Fact]
    public async Task No_port_is_given_to_two_that_start_at_once()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() =>
        {
            if (i % 2 == 0) return FreePorts.Take(3);
            int first = FreePorts.TakeFirst(first => [first, first + 1, first + 7]);
            return [first, first + 1, first + 7];
        })));

        Assert.Equal(120, given.SelectMany(ports => ports).Distinct().Count());
    }
}
