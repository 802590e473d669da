namespace Pathways.EventStore.Sealing;

/// <summary>Tells everything in this process that follows the log how far the log reaches.</summary>
public sealed class LogSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _head;

    public long Head => Interlocked.Read(ref _head);

    internal void Advance(long head)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            if (head <= _head) return;
            _head = head;
            waiting = _advanced;
            _advanced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        waiting.SetResult();
    }

    /// <summary>Returns when the log reaches beyond the position, or when the time is over.</summary>
    public async Task WaitBeyondAsync(long position, TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timeout = Task.Delay(atMost, time, timer.Token);
        while (!timeout.IsCompleted)
        {
            Task advanced;
            lock (_gate)
            {
                if (_head > position) break;
                advanced = _advanced.Task;
            }
            await Task.WhenAny(advanced, timeout);
        }
        await timer.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
