using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pathways.EventStore.Reading;

internal sealed class SealedLog([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, EventTypes types) : ISealedLog
{
    // A lookup for each position (offset 0 keeps it one): a young store's statistics would have it join all events.
    private const string Query = $"""
        select l.position, l.hash, {StoredEvent.Columns} from events.log l
        left join lateral (select e.* from events.mt_events e where e.seq_id = l.seq_id offset 0) e on true
        where l.position > $1 order by l.position limit $2
        """;

    public async Task<IReadOnlyList<SealedEvent>> ReadAsync(long afterPosition, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await ReadAsync(connection, types, afterPosition, limit, cancellation);
    }

    public async Task<long> HeadAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select position from events.log_head");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <exception cref="LogBrokenException">A position or its event is missing.</exception>
    internal static async Task<IReadOnlyList<SealedEvent>> ReadAsync(
        NpgsqlConnection connection, EventTypes types, long afterPosition, int limit, CancellationToken cancellation)
    {
        var events = new List<SealedEvent>();
        await using var command = new NpgsqlCommand(Query, connection)
        {
            Parameters = { new() { Value = afterPosition }, new() { Value = (long)limit } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        try
        {
            while (await row.ReadAsync(cancellation)) events.Add(Read(row, types, expected: afterPosition + events.Count + 1));
        }
        catch (UnknownEventTypeException) when (events.Count > 0)
        {
            // A newer build has written it. Who follows the log stops there and not before.
            return events;
        }
        return events;
    }

    private static SealedEvent Read(NpgsqlDataReader row, EventTypes types, long expected)
        => row.GetInt64(0) == expected && !row.IsDBNull(2)
            ? new SealedEvent(expected, row.GetFieldValue<byte[]>(1), StoredEvent.Read(row, 2).ToRecorded(types))
            : throw new LogBrokenException(expected);
}

/// <summary>Somebody has removed what was sealed. Readers stop here rather than go on without it.</summary>
public sealed class LogBrokenException(long position) : Exception($"The sealed log has no event at position {position}.")
{
    public long Position { get; } = position;
}
