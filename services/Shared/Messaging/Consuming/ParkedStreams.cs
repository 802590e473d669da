using Npgsql;
using Pathways.EventStore;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.Messaging.Consuming;

/// <summary>A message that waits for an operator, or behind one that does.</summary>
/// <param name="Error">Why it can't be handled; null when it only waits behind another.</param>
internal sealed record ParkedMessage(
    SourceStream Stream, long Version, Guid? EventId, string? Type, byte[] Message, string? Error, int Attempts, DateTimeOffset ParkedAt);

/// <summary>Messages set aside, stream by stream, in order.</summary>
internal sealed class ParkedStreams(NpgsqlDataSource database)
{
    private const string Columns = "tenant_id, source, stream, version, event_id, type, message, error, attempts, parked_at";

    /// <summary>Stops the stream at this message.</summary>
    public async Task ParkAsync(SourceStream stream, long version, Guid? id, string? type, byte[] message, string error, CancellationToken cancellation)
    {
        // The cursor's row is the lock. A version that was taken meanwhile parks nothing.
        await using var command = database.CreateCommand(
            """
            with stopped as (
                insert into events.cursors as mine (tenant_id, source, stream, version, parked) values ($1, $2, $3, 0, true)
                on conflict (tenant_id, source, stream) do update set parked = true where mine.version < $4
                returning 1)
            insert into events.parked as mine (tenant_id, source, stream, version, event_id, type, message, error, attempts)
            select $1, $2, $3, $4, $5, $6, $7, $8, 1 from stopped
            on conflict (tenant_id, source, stream, version) do update set error = excluded.error, attempts = mine.attempts + 1
            """);
        AddMessage(command, stream, version, id, type, message);
        command.Parameters.Add(Text(error));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Puts a message behind the one its stream is stopped at. False when the stream is not parked any more.</summary>
    public async Task<bool> WaitBehindAsync(SourceStream stream, long version, Guid? id, string? type, byte[] message, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with stopped as (
                update events.cursors set parked = true
                 where tenant_id = $1 and source = $2 and stream = $3 and version < $4 and parked
                returning 1),
            waiting as (
                insert into events.parked (tenant_id, source, stream, version, event_id, type, message)
                select $1, $2, $3, $4, $5, $6, $7 from stopped
                on conflict (tenant_id, source, stream, version) do nothing)
            select exists (select from stopped)
            """);
        AddMessage(command, stream, version, id, type, message);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<ParkedMessage?> FirstAsync(SourceStream stream, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from events.parked where tenant_id = $1 and source = $2 and stream = $3 order by version limit 1");
        command.Parameters.AddRange(Cursors.Key(stream));
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    /// <summary>The message that each parked stream is stopped at, oldest first.</summary>
    public async Task<IReadOnlyList<ParkedMessage>> ListAsync(int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from (
                select distinct on (tenant_id, source, stream) * from events.parked order by tenant_id, source, stream, version) first
             order by parked_at limit $1
            """);
        command.Parameters.Add(Number(limit));
        return await ReadAsync(command, cancellation);
    }

    /// <summary>
    /// Streams that are stopped because a build did not know a type: that of the message, where it is known by now, or that of an
    /// event of ours. Oldest first.
    /// </summary>
    public async Task<IReadOnlyList<(SourceStream Stream, long Version)>> UnknownAsync(IEnumerable<string> known, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select tenant_id, source, stream, version from events.parked stopped
             where (error like '{nameof(UnknownContractException)}:%' and type = any ($1) or error like '{nameof(UnknownEventTypeException)}:%')
               and not exists (
                select from events.parked before
                 where (before.tenant_id, before.source, before.stream) = (stopped.tenant_id, stopped.source, stopped.stream) and before.version < stopped.version)
             order by parked_at
            """);
        command.Parameters.Add(Texts(known));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var unknown = new List<(SourceStream, long)>();
        while (await rows.ReadAsync(cancellation)) unknown.Add((new SourceStream(rows.GetString(0), rows.GetString(1), rows.GetString(2)), rows.GetInt64(3)));
        return unknown;
    }

    public async Task<long> CountStreamsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select count(*) from events.cursors where parked");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static void AddMessage(NpgsqlCommand command, SourceStream stream, long version, Guid? id, string? type, byte[] message)
    {
        command.Parameters.AddRange(Cursors.Key(stream));
        command.Parameters.Add(Number(version));
        command.Parameters.Add(Uuid(id));
        command.Parameters.Add(Text(type));
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = message });
    }

    private static async Task<List<ParkedMessage>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var messages = new List<ParkedMessage>();
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            messages.Add(new ParkedMessage(
                new SourceStream(rows.GetString(0), rows.GetString(1), rows.GetString(2)),
                rows.GetInt64(3),
                rows.GetValue(4) as Guid?,
                rows.GetValue(5) as string,
                (byte[])rows.GetValue(6),
                rows.GetValue(7) as string,
                rows.GetInt32(8),
                new DateTimeOffset(rows.GetDateTime(9))));
        }
        return messages;
    }
}
