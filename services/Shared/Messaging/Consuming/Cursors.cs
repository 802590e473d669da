using Npgsql;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.Messaging.Consuming;

/// <param name="Version">The last version taken; 0 when none was.</param>
/// <param name="Parked">A message of the stream could not be handled: nothing is taken until an operator decides.</param>
internal sealed record Cursor(long Version, bool Parked);

/// <summary>How far this service has taken in each stream of a source.</summary>
internal sealed class Cursors(NpgsqlDataSource database)
{
    private static readonly Rejection Moved = Rejection.Conflict("cursor-moved", "The stream's cursor has moved.", "Read it again, and decide again.");

    public async Task<Cursor> ReadAsync(SourceStream stream, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("select version, parked from events.cursors where tenant_id = $1 and source = $2 and stream = $3", connection);
        command.Parameters.AddRange(Key(stream));
        // Asked for every message: each connection plans it once.
        await command.PrepareAsync(cancellation);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? new Cursor(rows.GetInt64(0), rows.GetBoolean(1)) : new Cursor(0, Parked: false);
    }

    /// <summary>Every stream of a source of which something was taken, and how far.</summary>
    public async Task<IReadOnlyList<(SourceStream Stream, Cursor Cursor)>> AllOfAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select tenant_id, stream, version, parked from events.cursors where source = $1 order by tenant_id, stream");
        command.Parameters.Add(Text(source));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var all = new List<(SourceStream, Cursor)>();
        while (await rows.ReadAsync(cancellation)) all.Add((new SourceStream(rows.GetString(0), source, rows.GetString(1)), new Cursor(rows.GetInt64(2), rows.GetBoolean(3))));
        return all;
    }

    /// <summary>In the reaction's transaction: from the version that was read to the event's, or nothing at all happens.</summary>
    public static GuardedWrite Advance(SourceStream stream, long expected, long version) => new(
        """
        insert into events.cursors as mine (tenant_id, source, stream, version) values ($1, $2, $3, $5)
        on conflict (tenant_id, source, stream) do update set version = $5, moved_at = now()
         where mine.version = $4 and not mine.parked
        """,
        [.. Key(stream), Number(expected), Number(version)],
        RowsRequired: 1,
        Moved,
        OwnRows: true);

    /// <summary>The same for a parked stream: the message is resolved, and the stream is free when it was the last.</summary>
    public static IEnumerable<GuardedWrite> Resolve(SourceStream stream, long expected, long version)
    {
        // Statement by statement: the first takes the row's lock, so that the last sees every message that came to wait.
        yield return new GuardedWrite(
            """
            update events.cursors set version = $5, moved_at = now()
             where tenant_id = $1 and source = $2 and stream = $3 and version = $4 and parked
            """,
            [.. Key(stream), Number(expected), Number(version)],
            RowsRequired: 1,
            Moved);
        yield return new GuardedWrite(
            "delete from events.parked where tenant_id = $1 and source = $2 and stream = $3 and version <= $4",
            [.. Key(stream), Number(version)]);
        yield return new GuardedWrite(
            """
            update events.cursors set parked = exists (
                select from events.parked waiting
                 where waiting.tenant_id = $1 and waiting.source = $2 and waiting.stream = $3)
             where tenant_id = $1 and source = $2 and stream = $3
            """,
            Key(stream));
    }

    /// <summary>Back to a version, and free: what comes after it is fetched again.</summary>
    public static IEnumerable<GuardedWrite> Rewind(SourceStream stream, long expected, long version)
    {
        yield return new GuardedWrite(
            """
            update events.cursors set version = $5, parked = false, moved_at = now()
             where tenant_id = $1 and source = $2 and stream = $3 and version = $4
            """,
            [.. Key(stream), Number(expected), Number(version)],
            RowsRequired: 1,
            Moved);
        yield return new GuardedWrite("delete from events.parked where tenant_id = $1 and source = $2 and stream = $3", Key(stream));
    }

    internal static NpgsqlParameter[] Key(SourceStream stream)
        => [Text(stream.Tenant), Text(stream.Source), Text(stream.Stream)];
}
