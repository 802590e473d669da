using System.Diagnostics;

namespace Pathways.Tests;

/// <summary>Asks until it is so, or until a deadline has passed: no test waits a fixed time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The first answer that is not null.</summary>
    /// <exception cref="TimeoutException">Names what was not seen.</exception>
    public static async Task<T> SeeAsync<T>(string what, TimeSpan within, Func<Task<T?>> look, CancellationToken cancellation)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } seen) return seen;
            if (clock.Elapsed > within) throw new TimeoutException($"Not within {within.TotalSeconds} s: {what}");
            await Task.Delay(Pause, cancellation);
        }
    }
}
