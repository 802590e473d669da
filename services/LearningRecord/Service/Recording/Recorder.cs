using System.Text.Json;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;

namespace Pathways.LearningRecord.Recording;

/// <summary>Whose credentials a request has, and how they sign as authority.</summary>
/// <param name="Defines">What its statements say of activities counts for everybody.</param>
internal sealed record Client(string Id, JsonElement Authority, bool Defines);

/// <summary>
/// Stores a batch of valid statements, all or none, in one transaction with what they are found by and what they achieve.
/// The first attempt assumes that all is new and reads nothing; a conflict makes it look at what is there. So there is one
/// winner per id: the same statement again changes nothing, another one is refused.
/// </summary>
internal sealed class Recorder(IEventStore store, StatementTable table, BatchWriter writer, StoredClock clock, CurrentMapping mapping)
{
    private const int Attempts = 8;
    private const int Readings = 3;
    private static readonly StreamsBefore Empty = new(new Dictionary<Guid, Loaded<StatementState>>());

    public async Task<Rejection?> RecordAsync(
        EventContext context, Client client, IReadOnlyList<NewStatement> statements, XapiVersion version, CancellationToken cancellation)
    {
        var recorded = await RecordAsync(context, client, statements, version, leavesOutConflicts: false, together: null, cancellation);
        return recorded.Rejection;
    }

    /// <summary>All that can be, each by itself: what says something else than a stored statement of the same id is left out, and told.</summary>
    public Task<Result<Recorded>> RecordEachAsync(
        EventContext context, Client client, IReadOnlyList<NewStatement> statements, XapiVersion version, CancellationToken cancellation)
        => RecordAsync(context, client, statements, version, leavesOutConflicts: true, together: null, cancellation);

    /// <summary>All or none, together with what <paramref name="together"/> decides on those that are new; it is asked again after a conflict.</summary>
    public async Task<Rejection?> RecordTogetherAsync(
        EventContext context, Client client, IReadOnlyList<NewStatement> statements, XapiVersion version,
        Func<IReadOnlyList<NewStatement>, CancellationToken, Task<Result<Addition>>> together, CancellationToken cancellation)
    {
        var recorded = await RecordAsync(context, client, statements, version, leavesOutConflicts: false, together, cancellation);
        return recorded.Rejection;
    }

    public static Rejection ConflictOf(Guid id) => Rejection.Conflict(
        "statement-id-conflict",
        $"A statement with the id {id} is stored already and says something else.",
        "A stored statement never changes: give a new statement a new id, or void the old one.");

    private async Task<Result<Recorded>> RecordAsync(
        EventContext context, Client client, IReadOnlyList<NewStatement> statements, XapiVersion version, bool leavesOutConflicts,
        Func<IReadOnlyList<NewStatement>, CancellationToken, Task<Result<Addition>>>? together, CancellationToken cancellation)
    {
        var rules = await mapping.OfAsync(context.Tenant, cancellation);
        bool refers = statements.Any(statement => statement.RefersTo is not null);
        for (int attempt = 1; ; attempt++)
        {
            // What is decided together depends on which of the statements are new, so nothing may be assumed of them.
            bool assumesNew = attempt == 1 && !refers && (together is null || statements.Count == 0);
            var before = assumesNew ? Empty : await ReadAsync(context.Tenant, statements, cancellation);
            var recorded = await SortAsync(context.Tenant, statements, before, cancellation);
            if (recorded.Conflicting is [var conflict, ..] && !leavesOutConflicts) return ConflictOf(conflict.Id);
            var addition = together is null ? Addition.None : await together(recorded.Added, cancellation);
            if (!addition.IsAccepted) return addition.Rejection;
            IReadOnlyList<NewStatement> added = [.. recorded.Added, .. addition.Value.Statements];

            using var places = clock.Reserve(added.Count);
            var work = added.Count == 0 ? new UnitOfWork(context) : await writer.WriteAsync(context, client, added, before, places, version, rules, cancellation);
            addition.Value.AddTo(work);
            if (work.IsEmpty) return recorded;
            var rejection = await CommitAsync(work, cancellation);
            if (rejection is null)
            {
                Failpoint.Hit(Failpoint.Committed);
                return recorded;
            }
            if (rejection != BatchWriter.PlaceTaken && rejection.Code != "stream-version-conflict") return rejection;
            if (attempt == Attempts) return rejection;
        }
    }

    private async Task<Rejection?> CommitAsync(UnitOfWork work, CancellationToken cancellation)
    {
        try
        {
            return (await store.CommitAsync(work, cancellation)).Rejection;
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            // Rows are locked in one order, but a foreign writer of the same tables need not keep to it. Nothing was stored: again.
            return BatchWriter.PlaceTaken;
        }
    }

    private async Task<StreamsBefore> ReadAsync(string tenant, IReadOnlyList<NewStatement> statements, CancellationToken cancellation)
    {
        var ids = statements.Select(statement => statement.Id).ToList();
        var targets = statements.Select(statement => statement.RefersTo).OfType<Guid>().ToList();
        for (int reading = 1; ; reading++)
        {
            var chain = (await table.ChainAsync(tenant, targets, cancellation)).ToDictionary(link => link.Id);
            var touched = ids.Concat(targets).Concat(chain.Values.Select(link => link.RefersTo).OfType<Guid>()).Distinct().ToList();
            var states = await StatesAsync(tenant, touched, cancellation);
            // What was stored between the two reads would be neither followed nor awaited: read again. (One that stays is erased.)
            bool missed = touched.Any(id => !ids.Contains(id) && !chain.ContainsKey(id) && states.TryGetValue(id, out var loaded) && loaded.State.Stored);
            if (missed && reading < Readings) continue;
            var awaited = ids.Where(id => states.TryGetValue(id, out var loaded) && !loaded.State.Stored).ToList();
            var referrers = await table.ReferrersAsync(tenant, awaited, cancellation);
            return new StreamsBefore(states) { Chain = chain, Referrers = referrers.ToLookup(referrer => referrer.Target, referrer => referrer.Seq) };
        }
    }

    private async Task<Dictionary<Guid, Loaded<StatementState>>> StatesAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        var states = new Dictionary<Guid, Loaded<StatementState>>();
        foreach (var id in await table.KnownStreamsAsync(tenant, ids, cancellation))
            states[id] = await store.LoadAsync(tenant, StatementStream.Name(id), StatementStream.Decider, cancellation);
        return states;
    }

    private async Task<Recorded> SortAsync(string tenant, IReadOnlyList<NewStatement> statements, StreamsBefore before, CancellationToken cancellation)
    {
        var repeated = statements.Where(statement => before.StateOf(statement.Id).State.Stored).ToList();
        if (repeated.Count == 0) return new Recorded(statements, []);
        var stored = (await table.TextsAsync(tenant, repeated.ConvertAll(statement => statement.Id), cancellation)).ToDictionary(text => text.Id);
        return new Recorded(
            [.. statements.Except(repeated)],
            [.. repeated.Where(statement => !stored.TryGetValue(statement.Id, out var text) || !SaysTheSame(statement, text.Json))]);
    }

    private static bool SaysTheSame(NewStatement statement, byte[] stored)
    {
        using var document = JsonDocument.Parse(stored);
        return StatementEquivalence.AreSame(statement.Json, document.RootElement);
    }
}

/// <summary>What became of a batch. What is in neither list was stored before, and says the same.</summary>
internal sealed record Recorded(IReadOnlyList<NewStatement> Added, IReadOnlyList<NewStatement> Conflicting);

/// <summary>What goes into the same transaction as a batch: further statements of the same client, and events of other streams.</summary>
internal sealed record Addition(IReadOnlyList<NewStatement> Statements, Action<UnitOfWork> AddTo)
{
    public static readonly Result<Addition> None = new Addition([], _ => { });
}

/// <summary>What was there before a batch.</summary>
internal sealed record StreamsBefore(IReadOnlyDictionary<Guid, Loaded<StatementState>> States)
{
    /// <summary>Stored statements that the batch refers to, and those that they refer to in turn.</summary>
    public IReadOnlyDictionary<Guid, StoredText> Chain { get; init; } = new Dictionary<Guid, StoredText>();

    /// <summary>Places of stored statements that refer, straight or through others, to a statement of the batch.</summary>
    public ILookup<Guid, long> Referrers { get; init; } = Array.Empty<(Guid, long)>().ToLookup(pair => pair.Item1, pair => pair.Item2);

    public Loaded<StatementState> StateOf(Guid id)
        => States.TryGetValue(id, out var loaded) ? loaded : new Loaded<StatementState>(StatementStream.Decider.Initial, 0);
}
