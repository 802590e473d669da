namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>Pauses before another try are over at once, and noted; limits run out only when a test lets the time pass.</summary>
internal sealed class PausingClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private readonly List<TimeSpan> _pauses = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_lock) return [.. _pauses];
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // A limit is a token that cancels itself, which is how the runtime makes its timer; a pause is a delayed task.
        var alarm = new Alarm(this, () => callback(state), isLimit: state is CancellationTokenSource);
        lock (_lock) _alarms.Add(alarm);
        alarm.Change(dueTime, period);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextUntil(end) is { } alarm) alarm.Ring();
    }

    private Alarm? NextUntil(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _alarms.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due);
            var until = next?.Due ?? end;
            if (until > _now) _now = until;
            if (next is not null) next.Due = null;
            return next;
        }
    }

    private void Set(Alarm alarm, TimeSpan due)
    {
        bool isPause = due > TimeSpan.Zero && !alarm.IsLimit;
        lock (_lock)
        {
            alarm.Due = due == Timeout.InfiniteTimeSpan ? null : _now + due;
            if (isPause) _pauses.Add(due);
        }
        if (isPause) Advance(due);
    }

    private void Remove(Alarm alarm)
    {
        lock (_lock) _alarms.Remove(alarm);
    }

    private sealed class Alarm(PausingClock clock, Action ring, bool isLimit) : ITimer
    {
        public bool IsLimit => isLimit;

        public DateTimeOffset? Due { get; set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
