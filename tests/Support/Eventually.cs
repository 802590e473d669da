using System.Diagnostics;

namespace Pathways.Tests.Support;

/// <summary>Instead of sleeping: asks again and again, until it is so or the deadline has passed.</summary>
public static class Eventually
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> condition, TimeSpan within, string expectation, CancellationToken ct)
        => TrueAsync(() => Task.FromResult(condition()), within, expectation, ct);

    /// <exception cref="TimeoutException">It was not so within the time; the message says what was expected.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, string expectation, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(since) > within) throw new TimeoutException($"Expected within {within.TotalSeconds:0.#} s: {expectation}.");
            await Task.Delay(AskEvery, ct);
        }
    }

    /// <summary>The first answer that is not null.</summary>
    /// <exception cref="TimeoutException">There was none within the time; the message says what was expected.</exception>
    public static async Task<T> SeeAsync<T>(Func<Task<T?>> look, TimeSpan within, string expectation, CancellationToken ct)
        where T : class
    {
        T? seen = null;
        await TrueAsync(async () => (seen = await look()) is not null, within, expectation, ct);
        return seen!;
    }
}
