namespace Pathways.LearningRecord.Recording;

/// <summary>
/// Gives each statement its place: microseconds of its <c>stored</c> time and, below them, a number of this process. Places
/// only rise, and <see cref="ConsistentThrough"/> stays before every statement that is not committed yet.
/// </summary>
public sealed class StoredClock(TimeProvider clock)
{
    private const int InstanceBits = 10;
    private static readonly long Epoch = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMicrosecond;

    // Two processes may store in the same microsecond; a clash of both numbers is refused by the index and tried again.
    private readonly long _instance = System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << InstanceBits);
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _open = [];
    private long _last;

    /// <summary>Places for a batch. Dispose it when the batch is committed or given up.</summary>
    public Reservation Reserve(int count)
    {
        lock (_gate)
        {
            long first = Math.Max(Now(), _last + 1);
            _last = first + count - 1;
            _open.Add(first);
            return new Reservation(this, first);
        }
    }

    /// <summary>Whatever was stored up to this instant by this process can be read.</summary>
    public DateTimeOffset ConsistentThrough()
    {
        lock (_gate)
        {
            return Instant(_open.Count > 0 ? Math.Min(_open.Min - 1, Now()) : Math.Max(Now(), _last));
        }
    }

    public static DateTimeOffset StoredAt(long seq) => Instant(seq >> InstanceBits);

    /// <summary>The last place of an instant: statements after it were stored later.</summary>
    public static long LastOf(DateTimeOffset instant)
        => Math.Max((((instant.UtcTicks / TimeSpan.TicksPerMicrosecond) - Epoch) << InstanceBits) | ((1L << InstanceBits) - 1), 0);

    private long Now() => (clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond) - Epoch;

    private static DateTimeOffset Instant(long micros) => new((micros + Epoch) * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    private void Close(long first)
    {
        lock (_gate) _open.Remove(first);
    }

    public sealed class Reservation(StoredClock owner, long first) : IDisposable
    {
        public long Seq(int index) => ((first + index) << InstanceBits) | owner._instance;

        public void Dispose() => owner.Close(first);
    }
}
