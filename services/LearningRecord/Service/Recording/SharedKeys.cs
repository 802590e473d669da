using Pathways.EventStore.Erasure;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// Opens the keys of learners for concurrent requests together: those who come while a query is under way share the next one.
/// Nothing is kept: who asks gets keys that were read after asking, so an erasure holds at once.
/// </summary>
internal sealed class SharedKeys(IPersonalData personalData)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _turns = [];

    public async Task<ISubjectKeys> OpenAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation)
    {
        Waiting waiting;
        bool leads;
        lock (_gate)
        {
            if (!_turns.TryGetValue(tenant, out var turn)) _turns[tenant] = turn = new Turn();
            waiting = turn.Next;
            foreach (string subject in subjects) waiting.Subjects.Add(subject);
            leads = !turn.IsTaken;
            turn.IsTaken = true;
        }
        if (leads) StartLeading(tenant);
        return await waiting.Keys.Task.WaitAsync(cancellation);
    }

    private void StartLeading(string tenant)
    {
        // What follows the first query belongs to other callers: it must not appear in this one's trace.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = LeadAsync(tenant);
    }

    private async Task LeadAsync(string tenant)
    {
        while (Take(tenant) is { } waiting)
        {
            try
            {
                waiting.Keys.TrySetResult(await personalData.OpenAsync(tenant, waiting.Subjects, CancellationToken.None));
            }
            catch (Exception error)
            {
                waiting.Keys.TrySetException(error);
            }
        }
    }

    /// <summary>Those who wait for the next query; null when nobody does, and then the turn is over.</summary>
    private Waiting? Take(string tenant)
    {
        lock (_gate)
        {
            var turn = _turns[tenant];
            var waiting = turn.Next;
            if (waiting.Subjects.Count == 0)
            {
                _turns.Remove(tenant);
                return null;
            }
            turn.Next = new Waiting();
            return waiting;
        }
    }

    private sealed class Turn
    {
        public bool IsTaken { get; set; }

        public Waiting Next { get; set; } = new();
    }

    private sealed class Waiting
    {
        public HashSet<string> Subjects { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource<ISubjectKeys> Keys { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
