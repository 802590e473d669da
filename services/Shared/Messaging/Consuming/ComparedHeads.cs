using Npgsql;

namespace Pathways.Messaging.Consuming;

/// <summary>Up to which position of a source's log its heads were compared with our cursors.</summary>
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
}
