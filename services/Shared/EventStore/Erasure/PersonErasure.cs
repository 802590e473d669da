using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.EventStore.Erasure;

/// <summary>The person's key in this service is destroyed, and with it everything that was protected by it.</summary>
/// <param name="Subject">The pseudonymous id.</param>
/// <param name="Reason">The operator's words; no personal data.</param>
public sealed record PersonErased(string Subject, string Reason);

/// <summary>What a service shows of a person beyond what the key protects: read models, documents, achievements that stand.</summary>
public interface IPersonalTraces
{
    /// <summary>Takes all of it away. Called after the key is gone, so nothing new can come; may be broken off and called again.</summary>
    /// <returns>How many of each kind were taken away.</returns>
    Task<Result<IReadOnlyDictionary<string, int>>> ClearAsync(EventContext context, string subject, CancellationToken cancellation);
}

/// <summary>
/// Erases a person in an order that can be broken off anywhere and repeated: first, in one transaction, the key and the
/// event that says so; what was protected is unreadable from then on, and nothing more can be stored under that key
/// (<see cref="ISubjectKeys.Hold"/>). Then everything else that shows the person.
/// </summary>
public sealed class PersonErasure(IEventStore store, TenantReader database, IEnumerable<IPersonalTraces> traces)
{
    public const string EventType = "person_erased";

    private const int Attempts = 5;

    private static readonly Rejection AlreadyGone = Rejection.Conflict("person-erased", "The key was destroyed meanwhile.", "Nothing is left to do.");

    public async Task<Result<Erased>> EraseAsync(EventContext context, string subject, string reason, CancellationToken cancellation)
    {
        var destroyed = await DestroyKeyAsync(context, subject, reason, cancellation);
        if (!destroyed.IsAccepted) return destroyed.Rejection;
        var cleared = new Dictionary<string, int>();
        foreach (var trace in traces)
        {
            var found = await trace.ClearAsync(context, subject, cancellation);
            if (!found.IsAccepted) return found.Rejection;
            foreach (var (kind, count) in found.Value) cleared[kind] = count;
        }
        return new Erased(subject, destroyed.Value.Destroyed, destroyed.Value.ErasedBefore, cleared);
    }

    private async Task<Result<KeyEnd>> DestroyKeyAsync(EventContext context, string subject, string reason, CancellationToken cancellation)
    {
        string stream = $"erasure-{subject}";
        for (int attempt = 1; ; attempt++)
        {
            var known = await KeyAsync(context.Tenant, subject, cancellation);
            if (known is not [{ Stands: true }]) return new KeyEnd(Destroyed: false, known.SingleOrDefault()?.ErasedAt);
            var work = new UnitOfWork(context);
            work.Append(stream, await store.VersionAsync(context.Tenant, stream, cancellation), [new PersonErased(subject, reason)]);
            work.Write(new GuardedWrite(
                """
                update events.subject_keys set wrapped_key = null, erased_at = now()
                where tenant_id = $1 and subject = $2 and wrapped_key is not null
                """,
                [Text(context.Tenant), Text(subject)],
                RowsRequired: 1,
                Conflict: AlreadyGone));
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            if (rejection is null) return new KeyEnd(Destroyed: true, ErasedBefore: null);
            if (attempt == Attempts) return rejection;
        }
    }

    private Task<IReadOnlyList<Key>> KeyAsync(string tenant, string subject, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            "select wrapped_key is not null, erased_at from events.subject_keys where tenant_id = $1 and subject = $2",
            [Text(tenant), Text(subject)],
            row => new Key(row.GetBoolean(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1)),
            cancellation);

    private sealed record Key(bool Stands, DateTimeOffset? ErasedAt);

    private sealed record KeyEnd(bool Destroyed, DateTimeOffset? ErasedBefore);
}

/// <param name="KeyDestroyed">False when there was none: the person was never known here, or is erased already.</param>
/// <param name="ErasedBefore">When an earlier call destroyed it; null when none did.</param>
/// <param name="Cleared">What else was taken away, by kind.</param>
public sealed record Erased(string Subject, bool KeyDestroyed, DateTimeOffset? ErasedBefore, IReadOnlyDictionary<string, int> Cleared);
