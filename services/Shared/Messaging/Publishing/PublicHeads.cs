using Npgsql;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.Messaging.Publishing;

/// <summary>
/// The last published version of each stream. A cache of what the streams themselves say, so that finding an event's
/// predecessor does not read its stream, and the list that other services compare their cursors with.
/// </summary>
internal sealed class PublicHeads(NpgsqlDataSource database)
{
    public async Task<Dictionary<StreamKey, long>> ReadAsync(IReadOnlyCollection<StreamKey> streams, CancellationToken cancellation)
    {
        var heads = new Dictionary<StreamKey, long>();
        if (streams.Count == 0) return heads;
        await using var command = database.CreateCommand(
            """
            select head.tenant_id, head.stream, head.version
              from events.public_heads head
              join unnest($1, $2) as wanted (tenant_id, stream) using (tenant_id, stream)
            """);
        command.Parameters.Add(Texts(streams.Select(key => key.Tenant)));
        command.Parameters.Add(Texts(streams.Select(key => key.Stream)));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            heads[new StreamKey(rows.GetString(0), rows.GetString(1))] = rows.GetInt64(2);
        return heads;
    }

    /// <summary>A repeated batch changes nothing: a head never goes back.</summary>
    public async Task StoreAsync(IReadOnlyCollection<PublicHead> heads, CancellationToken cancellation)
    {
        if (heads.Count == 0) return;
        await using var command = database.CreateCommand(
            """
            insert into events.public_heads as head (tenant_id, stream, version, position)
            select * from unnest($1, $2, $3, $4)
            on conflict (tenant_id, stream) do update
               set version = excluded.version, position = excluded.position, published_at = now()
             where head.version < excluded.version
            """);
        command.Parameters.Add(Texts(heads.Select(head => head.Key.Tenant)));
        command.Parameters.Add(Texts(heads.Select(head => head.Key.Stream)));
        command.Parameters.Add(Numbers(heads.Select(head => head.Version)));
        command.Parameters.Add(Numbers(heads.Select(head => head.Position)));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Heads in the order in which they were last published; of the youngest none: their messages are on the way, and a consumer
    /// looks into its queue every few seconds only.
    /// </summary>
    public async Task<IReadOnlyList<PublicHead>> ReadAfterAsync(long position, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select tenant_id, stream, version, position, published_at < now() - interval '12 seconds'
              from events.public_heads where position > $1 order by position limit $2
            """);
        command.Parameters.Add(Number(position));
        command.Parameters.Add(Number(limit));
        var heads = new List<PublicHead>();
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation) && rows.GetBoolean(4))
            heads.Add(new PublicHead(new StreamKey(rows.GetString(0), rows.GetString(1)), rows.GetInt64(2), rows.GetInt64(3)));
        return heads;
    }
}

/// <summary>A stream of one tenant.</summary>
public readonly record struct StreamKey(string Tenant, string Stream);

/// <param name="Position">In the source's log.</param>
internal sealed record PublicHead(StreamKey Key, long Version, long Position);
