using Npgsql;

namespace Pathways.Messaging.Consuming;

/// <summary>Up to which position of a source's log its heads were compared with our cursors, and how far we know that log to reach.</summary>
internal sealed class ComparedHeads(NpgsqlDataSource database)
{
    public async Task<long> ReadAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select position from events.compared where source = $1");
        command.Parameters.Add(Cursors.Text(source));
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    public async Task StoreAsync(string source, long position, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "insert into events.compared (source, position) values ($1, $2) on conflict (source) do update set position = excluded.position");
        command.Parameters.Add(Cursors.Text(source));
        command.Parameters.Add(Cursors.Number(position));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<LogMark?> MarkAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select position, hash from events.source_logs where source = $1");
        command.Parameters.Add(Cursors.Text(source));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new LogMark(row.GetInt64(0), row.GetString(1)) : null;
    }

    /// <summary>A mark never goes back: what was once seen of a source is held against it.</summary>
    public async Task StoreMarkAsync(string source, LogMark mark, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into events.source_logs as known (source, position, hash) values ($1, $2, $3)
            on conflict (source) do update set position = excluded.position, hash = excluded.hash where known.position < excluded.position
            """);
        command.Parameters.Add(Cursors.Text(source));
        command.Parameters.Add(Cursors.Number(mark.Position));
        command.Parameters.Add(Cursors.Text(mark.Hash));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
