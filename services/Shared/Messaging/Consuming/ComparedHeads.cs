using Npgsql;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.Messaging.Consuming;

/// <summary>Up to which position of a source's log its heads were compared with our cursors, and how far we know that log to reach.</summary>
internal sealed class ComparedHeads(NpgsqlDataSource database)
{
    public async Task<long> ReadAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select position from events.compared where source = $1");
        command.Parameters.Add(Text(source));
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    public async Task StoreAsync(string source, long position, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "insert into events.compared (source, position) values ($1, $2) on conflict (source) do update set position = excluded.position");
        command.Parameters.Add(Text(source));
        command.Parameters.Add(Number(position));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<LogMark?> MarkAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select position, hash from events.source_logs where source = $1");
        command.Parameters.Add(Text(source));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new LogMark(row.GetInt64(0), row.GetString(1)) : null;
    }

    /// <summary>A mark never goes back: what was once seen of a source is held against it.</summary>
    public async Task StoreMarkAsync(string source, LogMark mark, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with moved as (
                insert into events.source_logs as known (source, position, hash) values ($1, $2, $3)
                on conflict (source) do update set position = excluded.position, hash = excluded.hash where known.position < excluded.position
                returning 1)
            insert into events.source_marks (source, position, hash)
            select $1, $2, $3 from moved
             where coalesce((select seen_at from events.source_marks where source = $1 order by position desc limit 1), '-infinity') < now() - interval '30 seconds'
            on conflict (source, position) do update set hash = excluded.hash, seen_at = now()
            """);
        command.Parameters.Add(Text(source));
        command.Parameters.Add(Number(mark.Position));
        command.Parameters.Add(Text(mark.Hash));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Places in the source's log that we have seen over time, in order: where it forked lies behind the last that it still has.</summary>
    public async Task<IReadOnlyList<(LogMark Mark, DateTime SeenAt)>> MarksAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select position, hash, seen_at from events.source_marks where source = $1 order by position");
        command.Parameters.Add(Text(source));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var marks = new List<(LogMark, DateTime)>();
        while (await rows.ReadAsync(cancellation)) marks.Add((new LogMark(rows.GetInt64(0), rows.GetString(1)), rows.GetDateTime(2)));
        return marks;
    }

    /// <summary>Another log is the source's from now on; both have in common what lies before a position.</summary>
    public async Task AcceptAsync(string source, LogMark now, long common, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with moved as (update events.source_logs set position = $2, hash = $3 where source = $1),
                 forgotten as (delete from events.source_marks where source = $1 and position > $4)
            update events.compared set position = least(position, $4) where source = $1
            """);
        command.Parameters.Add(Text(source));
        command.Parameters.Add(Number(now.Position));
        command.Parameters.Add(Text(now.Hash));
        command.Parameters.Add(Number(common));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
