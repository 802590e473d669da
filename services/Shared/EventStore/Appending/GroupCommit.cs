using Pathways.Kernel;

namespace Pathways.EventStore.Appending;

/// <summary>
/// Lets concurrent appends of this process share round trips and commits. A lone caller goes at once; those who come
/// while both places are taken go together with the next group. Of a group that one unit spoils, or would keep waiting,
/// each goes alone: it holds up nobody for long.
/// </summary>
internal sealed class GroupCommit(Appender appender)
{
    // While one group waits for the disk, another one is at work.
    private const int Places = 2;
    private const int MostUnits = 128;
    private const int MostEvents = 1000;
    private const double Forgetting = 0.99;

    // After a group its callers come back within this time, if they do. Without it they would split into a group of one
    // (the first to come back) and one of all others, for ever.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private TaskCompletionSource? _gathered;
    private int _expected;
    private int _taken;
    private int _underWay;
    private double _callers;

    public Task<Rejection?> CommitAsync(PreparedUnit unit, CancellationToken cancellation)
    {
        if (!unit.MayShare) return appender.CommitAsync(unit, cancellation);

        Waiting? waiting = null;
        bool free;
        lock (_gate)
        {
            free = _taken < Places && _gathered is null;
            if (free) _taken++;
            if (!free || _waiting.Count > 0)
            {
                waiting = new Waiting(unit);
                _waiting.AddLast(waiting);
                if (_waiting.Count >= _expected) _gathered?.TrySetResult();
            }
        }
        if (waiting is null) return AtOnceAsync(unit, cancellation).WaitAsync(cancellation);
        if (free) StartLeading();
        return waiting.Answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Nobody else is there: without the way through another thread, which costs a lone caller as much as the append.</summary>
    private async Task<Rejection?> AtOnceAsync(PreparedUnit unit, CancellationToken cancellation)
    {
        Rejection?[]? answers;
        try
        {
            answers = await appender.CommitTogetherAsync([unit], CancellationToken.None);
        }
        finally
        {
            bool others;
            lock (_gate)
            {
                others = _waiting.Count > 0;
                if (!others) _taken--;
            }
            if (others) StartLeading();
        }
        return answers is null ? await appender.CommitAsync(unit, cancellation) : answers[0];
    }

    private void StartLeading()
    {
        // What follows belongs to other callers: it must not appear in this one's trace, nor make it wait.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(LeadAsync);
    }

    private async Task LeadAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await CommitAsync(group);
            lock (_gate) _underWay -= group.Count;
            if (group.Count > 1) await GatherAsync(group.Count);
        }
    }

    private async Task CommitAsync(List<Waiting> group)
    {
        try
        {
            var answers = await appender.CommitTogetherAsync(group.ConvertAll(waiting => waiting.Unit), CancellationToken.None);
            for (int i = 0; i < group.Count; i++)
            {
                if (answers is not null) group[i].Answer.TrySetResult(answers[i]);
                else _ = CommitAloneAsync(group[i]);
            }
        }
        catch (Exception error)
        {
            // Whether it was committed is unknown to all of them.
            foreach (var waiting in group) waiting.Answer.TrySetException(error);
        }
    }

    private async Task CommitAloneAsync(Waiting waiting)
    {
        try
        {
            waiting.Answer.TrySetResult(await appender.CommitAsync(waiting.Unit, CancellationToken.None));
        }
        catch (Exception error)
        {
            waiting.Answer.TrySetException(error);
        }
    }

    private async Task GatherAsync(int expected)
    {
        TaskCompletionSource gathered;
        lock (_gate)
        {
            if (_waiting.Count >= expected || _gathered is not null) return;
            _expected = expected;
            _gathered = gathered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await Task.WhenAny(gathered.Task, Task.Delay(Gathering));
        lock (_gate) _gathered = null;
    }

    /// <summary>The next group; none when nobody waits, and then its place is free again.</summary>
    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        lock (_gate)
        {
            var streams = new HashSet<(string, string)>();
            int events = 0;
            int most = Share();
            for (var node = _waiting.First; node is not null && group.Count < most && events < MostEvents;)
            {
                var (candidate, next) = (node, node.Next);
                var unit = candidate.Value.Unit;
                // Two units about one stream cannot go together: the second one's turn is when the first one is through.
                if (unit.Streams.All(stream => !streams.Contains((unit.Tenant, stream.Stream))))
                {
                    foreach (var stream in unit.Streams) streams.Add((unit.Tenant, stream.Stream));
                    events += unit.Streams.Sum(stream => stream.Events.Length);
                    group.Add(candidate.Value);
                    _waiting.Remove(candidate);
                }
                node = next;
            }
            if (group.Count == 0) _taken--;
            _underWay += group.Count;
        }
        return group;
    }

    /// <summary>
    /// Each place takes its share of the callers that there were lately, those on their way back included. Else one would take nearly
    /// all, the other the rest, and both would wait for the disk at the same time.
    /// </summary>
    private int Share()
    {
        _callers = Math.Max(_waiting.Count + _underWay, _callers * Forgetting);
        return Math.Min(MostUnits, (int)Math.Ceiling(_callers / Places));
    }

    private sealed record Waiting(PreparedUnit Unit)
    {
        public TaskCompletionSource<Rejection?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
