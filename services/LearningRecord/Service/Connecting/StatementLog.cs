using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;

namespace Pathways.LearningRecord.Connecting;

/// <summary>A statement in the sealed log.</summary>
internal sealed record LoggedStatement(long Position, Guid Id, string VerbId, bool Refers);

/// <param name="Through">Up to here the log was looked through.</param>
/// <param name="HasMore">There is more of it.</param>
internal sealed record LogStretch(IReadOnlyList<LoggedStatement> Statements, long Through, bool HasMore);

/// <summary>
/// An institution's statements in the order of the sealed log. Their places in the record would not do: one of a lower place
/// can be committed later by another process, and whoever follows the places passes it by.
/// </summary>
internal sealed class StatementLog([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source)
{
    private const long Stretch = 2000;

    public async Task<LogStretch> ReadAsync(string tenant, long after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // The head first: what is sealed afterwards is seen next time.
        await using var head = new NpgsqlCommand("select position from events.log_head", connection);
        long last = (long)(await head.ExecuteScalarAsync(cancellation))!;
        if (last <= after) return new LogStretch([], after, HasMore: false);

        long through = Math.Min(last, after + Stretch);
        await using var command = new NpgsqlCommand(
            """
            select l.position, (e.data->>'StatementId')::uuid, e.data->>'VerbId', e.data->>'RefersTo' is not null
            from events.log l join events.mt_events e on e.seq_id = l.seq_id
            where l.position > $1 and l.position <= $2 and l.tenant_id = $3 and e.type = 'statement_stored' order by l.position limit $4
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = after }, new() { Value = through }, new() { Value = tenant, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = limit },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new List<LoggedStatement>();
        while (await row.ReadAsync(cancellation)) found.Add(new LoggedStatement(row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetBoolean(3)));
        if (found.Count == limit) through = found[^1].Position;
        return new LogStretch(found, through, through < last);
    }
}
