using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// Lets events go side by side where a reaction says that they may: what has one key goes one after the other, in the order in
/// which it came. Two keys may share a lane; that only costs time.
/// </summary>
internal sealed class Lanes(Func<IncomingEvent, string>? keyOf)
{
    /// <summary>Events at once. More only makes the database busier: this many fill a group commit.</summary>
    private const int Side = 16;

    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, keyOf is null ? 1 : Side * 8).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly SortedSet<long> _open = [];
    private LogMark? _newest;

    public int Width => keyOf is null ? 1 : Side;

    /// <summary>How far the source's log had come with what was taken: nothing that came before it is still on its way through here.</summary>
    public LogMark? Newest
    {
        get
        {
            lock (_open) return _newest;
        }
    }

    public async Task RunAsync(IncomingEvent incoming, Func<Task> take, CancellationToken cancellation)
    {
        var lane = keyOf is null ? _lanes[0] : _lanes[(uint)HashCode.Combine(incoming.Tenant, keyOf(incoming)) % (uint)_lanes.Length];
        await lane.WaitAsync(cancellation);
        try
        {
            await take();
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>What was taken until now is of a log that the source does not have any more.</summary>
    public void Forget()
    {
        lock (_open) _newest = null;
    }

    public void Begin(LogMark? mark)
    {
        if (mark is null) return;
        lock (_open) _open.Add(mark.Position);
    }

    /// <param name="taken">False: it comes again.</param>
    public void End(LogMark? mark, bool taken)
    {
        if (mark is null) return;
        lock (_open)
        {
            _open.Remove(mark.Position);
            if (taken && mark.Position > (_newest?.Position ?? 0) && (_open.Count == 0 || mark.Position < _open.Min)) _newest = mark;
        }
    }
}
