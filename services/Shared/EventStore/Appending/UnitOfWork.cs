using Npgsql;
using Pathways.Kernel;

namespace Pathways.EventStore.Appending;

/// <summary>
/// What one transaction is to do: appends with the versions they expect, and guarded writes beside them (inline read
/// models, a consumer's cursor, a stored response). It is data: reading and deciding happen before, the version checks
/// and guards hold the world to what was read.
/// </summary>
public sealed class UnitOfWork(EventContext context)
{
    private readonly List<StreamAppend> _appends = [];
    private readonly List<GuardedWrite> _writes = [];
    private readonly List<Action> _whenCommitted = [];

    public EventContext Context { get; } = context;

    public IReadOnlyList<StreamAppend> Appends => _appends;

    public IReadOnlyList<GuardedWrite> Writes => _writes;

    /// <summary>
    /// The one that will come last in the log; null when there is none. A store takes the streams of a unit in the order of their
    /// names, and the log keeps the order in which they were taken.
    /// </summary>
    public Guid? LastEvent => _appends.OrderBy(append => append.Stream, StringComparer.Ordinal).LastOrDefault()?.Events[^1].Id;

    public bool IsEmpty => _appends.Count == 0 && _writes.Count == 0;

    /// <param name="expectedVersion">The stream's version that the decision was made on; 0 for a new stream.</param>
    /// <param name="validTime">When it became true outside, where that is not now.</param>
    public void Append(string stream, long expectedVersion, IReadOnlyList<object> events, DateTimeOffset? validTime = null)
    {
        if (events.Count == 0) return;
        var appends = new NewEvent[events.Count];
        for (int i = 0; i < events.Count; i++) appends[i] = new NewEvent(IdFor(stream, expectedVersion + i + 1), events[i], validTime);
        _appends.Add(new StreamAppend(stream, expectedVersion, appends));
    }

    public void Write(GuardedWrite write)
    {
        if (write.Columns && !write.Parameters.Skip(1).All(parameter => parameter.Value is Array))
            throw new ArgumentException("The parameters after the first must be columns: arrays.", nameof(write));
        _writes.Add(write);
    }

    /// <summary>For a cache: what is in it must be committed, and it can do without hearing of it.</summary>
    public void WhenCommitted(Action then) => _whenCommitted.Add(then);

    /// <summary>Said by the store.</summary>
    internal void Committed()
    {
        foreach (var then in _whenCommitted) then();
    }

    private Guid IdFor(string stream, long version) => Context.Cause is { } cause
        ? DeterministicId.From(cause.EventId, $"{stream}/{version}")
        : Guid.CreateVersion7();
}

public sealed record StreamAppend(string Stream, long ExpectedVersion, IReadOnlyList<NewEvent> Events);

public sealed record NewEvent(Guid Id, object Data, DateTimeOffset? ValidTime);

/// <summary>One SQL statement of the transaction.</summary>
/// <param name="RowsRequired">When given, another number of affected rows rejects the whole unit of work with <paramref name="Conflict"/>.</param>
/// <param name="OwnRows">
/// It touches rows that no other unit of work of this process touches at that moment, so its unit may share a transaction with
/// others. Writes that may meet lock rows in an order that nobody knows: together they could wait for one another.
/// </param>
/// <param name="Columns">
/// Its parameters after the first, the tenant, are columns: units that share a transaction send the same statement once, over the
/// rows of all.
/// </param>
public sealed record GuardedWrite(
    string Sql, IReadOnlyList<NpgsqlParameter> Parameters, int? RowsRequired = null, Rejection? Conflict = null, bool OwnRows = false, bool Columns = false);
