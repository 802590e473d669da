using Npgsql;
using Pathways.Kernel;

namespace Pathways.EventStore.Appending;

/// <summary>What of a failed commit is a business refusal. Everything else is a fault and stays an exception.</summary>
internal static class Refusals
{
    private const string VersionConflict = "PW001";
    private const string RowsMismatch = "PW002";

    // The second guard behind the compare-and-set: two first appends at once, or an effect that is stored already.
    private static readonly HashSet<string> AppendConstraints =
        ["pk_mt_events_stream_and_version", "pkey_mt_streams_tenant_id_id", "idx_mt_events_event_id"];

    private static readonly Rejection NotStorable = Rejection.Invalid(
        "text-not-storable", "A text holds a character that cannot be stored.", "Leave out U+0000 and unpaired surrogates.");

    public static Rejection? Of(PostgresException failure, NpgsqlBatch batch, UnitOfWork work)
        => OfAppend(failure) ?? (failure.SqlState is RowsMismatch or PostgresErrorCodes.UniqueViolation ? WriteConflict(failure, batch, work) : null);

    /// <summary>Of a failure that no guarded write has caused.</summary>
    public static Rejection? OfAppend(PostgresException failure) => failure.SqlState switch
    {
        VersionConflict => StreamConflict(failure.Detail),
        PostgresErrorCodes.UniqueViolation when failure.ConstraintName is { } name && AppendConstraints.Contains(name) => StreamConflict(streams: null),
        PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire => NotStorable,
        _ => null,
    };

    /// <summary>Rolled back for a reason that lies in one of several units: its conflict, its data, or a lock it took.</summary>
    public static bool IsOfOneUnit(PostgresException failure)
        => failure.SqlState == PostgresErrorCodes.LockNotAvailable
            || failure.SqlState.StartsWith("PW", StringComparison.Ordinal)
            || failure.SqlState.StartsWith("22", StringComparison.Ordinal)
            || failure.SqlState.StartsWith("23", StringComparison.Ordinal)
            || failure.SqlState.StartsWith("40", StringComparison.Ordinal);

    public static Rejection StreamConflict(string? streams) => Rejection.Conflict(
        "stream-version-conflict",
        streams is null ? "The stream was changed meanwhile." : $"Changed meanwhile: {streams}.",
        "Read it again, and decide again.");

    private static Rejection? WriteConflict(PostgresException failure, NpgsqlBatch batch, UnitOfWork work)
    {
        // The first command names the tenant or appends; the writes follow in their order.
        int write = failure.BatchCommand is NpgsqlBatchCommand command ? batch.BatchCommands.IndexOf(command) - 1 : -1;
        if (write < 0 || write >= work.Writes.Count) return null;
        var guarded = work.Writes[write];
        return guarded.Conflict ?? (failure.SqlState == RowsMismatch
            ? Rejection.Conflict("write-conflict", "What this rests on was changed meanwhile.", "Read it again, and decide again.")
            : null);
    }
}
