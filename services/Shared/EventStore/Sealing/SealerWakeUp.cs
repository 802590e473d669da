namespace Pathways.EventStore.Sealing;

/// <summary>A commit of this process wakes its sealer. Many wake-ups before it looks are one.</summary>
internal sealed class SealerWakeUp : IDisposable
{
    private readonly SemaphoreSlim _awake = new(0, 1);
    private int _set;

    public void Wake()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0) _awake.Release();
    }

    /// <summary>True when something was committed, false when the time is over.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        bool woken = await _awake.WaitAsync(atMost, cancellation);
        if (woken) Interlocked.Exchange(ref _set, 0);
        return woken;
    }

    public void Dispose() => _awake.Dispose();
}
