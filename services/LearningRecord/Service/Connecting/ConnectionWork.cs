using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Connecting;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Connecting;

/// <summary>A connection whose turn it is.</summary>
/// <param name="Position">Of what goes out: how far the sealed log was worked through.</param>
/// <param name="Since">Of what comes in: the other store's time up to which it was fetched.</param>
/// <param name="Attempts">That failed, one after the other.</param>
/// <param name="Head">The statement at which the last attempt failed; <paramref name="Refusals"/> is how often it was refused by then.</param>
/// <param name="DueAt">When its turn was; another time by the end of the turn is that of somebody who asked for the next one.</param>
/// <param name="Lease">By which this process holds it.</param>
internal sealed record WorkingConnection(
    string Tenant, Guid Id, ConnectionSettings Settings, byte[] Secret, long Position, DateTimeOffset? Since, int Attempts, Guid? Head, int Refusals,
    DateTimeOffset DueAt, Guid Lease)
{
    public override string ToString() => $"{Tenant}/{Id}";
}

/// <summary>Whose turn it is and how far they are, shared by all processes: each step holds only with the lease.</summary>
internal sealed class ConnectionWork([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, IConfiguration configuration)
{
    // Longer than the longest exchange with another store; each step renews it. Of a process that was killed another one takes over after it.
    private const int ShortestLease = 20;
    private readonly string _held = string.Create(CultureInfo.InvariantCulture, $"now() + interval '{LeaseSeconds(configuration)} seconds'");

    private static int LeaseSeconds(IConfiguration configuration) => configuration.GetValue("Connections:LeaseSeconds", 60) is var seconds and >= ShortestLease
        ? seconds
        : throw new InvalidOperationException($"Connections:LeaseSeconds is at least {ShortestLease}: two processes would work on one connection.");

    /// <summary>For this process alone, until it lets go or its lease runs out.</summary>
    public async Task<List<WorkingConnection>> TakeAsync(int limit, CancellationToken cancellation)
    {
        var lease = Guid.NewGuid();
        return await QueryAsync(
            $"""
            update read.lrs_connection c set lease = $1, leased_until = {_held}
            from (select tenant_id, id from read.lrs_connection where not is_paused and due_at <= now() and leased_until < now()
                  order by due_at limit $2 for update skip locked) d
            where c.tenant_id = d.tenant_id and c.id = d.id
            returning c.tenant_id, c.id, c.settings, c.secret, c.position, c.since, c.attempts, c.head, c.refusals, c.due_at
            """,
            [Uuid(lease), new() { Value = limit }],
            row => new WorkingConnection(
                row.GetString(0), row.GetGuid(1), JsonSerializer.Deserialize<ConnectionSettings>(row.GetString(2))!, row.GetFieldValue<byte[]>(3), row.GetInt64(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.GetInt32(6), row.IsDBNull(7) ? null : row.GetGuid(7), row.GetInt32(8),
                row.GetFieldValue<DateTimeOffset>(9), lease),
            cancellation);
    }

    /// <summary>It works and came so far.</summary>
    public async Task MovedAsync(WorkingConnection connection, long? position, DateTimeOffset? since, int done, CancellationToken cancellation)
    {
        await StepAsync(
            connection,
            $"""
            position = coalesce($4, position), since = coalesce($5, since), done = done + $6, attempts = 0, head = null, refusals = 0,
            failing_since = null, last_error = null, leased_until = {_held}
            """,
            [
                Number(position),
                Instant(since),
                Number(done),
            ],
            cancellation);
        ConnectionMetrics.Done(connection, done);
    }

    /// <param name="error">Null when it says nothing new.</param>
    /// <param name="at">The statement with which it came about.</param>
    /// <param name="isRefusal">That statement was refused, and not all of them.</param>
    /// <returns>How many attempts have failed now. Counted here: in the middle of a turn that came far, the count at its beginning says nothing.</returns>
    public Task<int> FailedAsync(WorkingConnection connection, string? error, Guid? at, bool isRefusal, ConnectionPause pause, CancellationToken cancellation) => StepAsync(
        connection,
        """
        attempts = attempts + 1, failing_since = coalesce(failing_since, now()), last_error = coalesce($4, last_error), head = $5,
        refusals = case when not $7 then 0 when head = $5 then refusals + 1 else 1 end,
        due_at = case when due_at <> $8 then due_at else
          now() + greatest($10, least($9, $6 * power(2, case when $7 then 0 else least(attempts, 10) end))) end,
        leased_until = '-infinity'
        """,
        [
            Text(error),
            Uuid(at),
            Interval(pause.First),
            new() { Value = isRefusal },
            Instant(connection.DueAt),
            Interval(pause.Longest),
            Interval(pause.Asked),
        ],
        cancellation);

    /// <summary>The turn is over.</summary>
    public Task ReleaseAsync(WorkingConnection connection, TimeSpan pause, CancellationToken cancellation) => StepAsync(
        connection,
        "due_at = case when due_at = $5 then now() + $4 else due_at end, leased_until = '-infinity'",
        [Interval(pause), Instant(connection.DueAt)],
        cancellation);

    public async Task BuryAsync(WorkingConnection connection, Guid statement, string error, CancellationToken cancellation)
    {
        await QueryAsync(
            """
            insert into read.lrs_dead_letter (tenant_id, connection_id, statement_id, state, error) values ($1, $2, $3, 'dead', $4)
            on conflict (tenant_id, connection_id, statement_id) do update
              set error = excluded.error, at = now(), state = case when lrs_dead_letter.state = 'skipped' then 'skipped' else 'dead' end
            """,
            [Text(connection.Tenant), Uuid(connection.Id), Uuid(statement), Text(error)],
            _ => 0,
            cancellation);
        ConnectionMetrics.Buried(connection);
    }

    /// <summary>It is put aside no more, unless it was put aside again or given up meanwhile.</summary>
    public Task RaiseAsync(WorkingConnection connection, Guid statement, CancellationToken cancellation) => QueryAsync(
        "delete from read.lrs_dead_letter where tenant_id = $1 and connection_id = $2 and statement_id = $3 and state = 'retry'",
        [Text(connection.Tenant), Uuid(connection.Id), Uuid(statement)],
        _ => 0,
        cancellation);

    public Task<List<Guid>> ToRetryAsync(WorkingConnection connection, int limit, CancellationToken cancellation) => QueryAsync(
        "select statement_id from read.lrs_dead_letter where tenant_id = $1 and connection_id = $2 and state = 'retry' order by at limit $3",
        [Text(connection.Tenant), Uuid(connection.Id), new() { Value = limit }],
        row => row.GetGuid(0),
        cancellation);

    /// <summary>Those of them that were put aside or given up.</summary>
    public async Task<HashSet<Guid>> AsideAsync(WorkingConnection connection, IEnumerable<Guid> statements, CancellationToken cancellation) => [.. await QueryAsync(
        "select statement_id from read.lrs_dead_letter where tenant_id = $1 and connection_id = $2 and statement_id = any ($3)",
        [Text(connection.Tenant), Uuid(connection.Id), Uuids(statements)],
        row => row.GetGuid(0),
        cancellation)];

    /// <exception cref="LeaseLostException">The connection was ended, or another process works on it.</exception>
    /// <returns>The attempts that have failed.</returns>
    private async Task<int> StepAsync(WorkingConnection connection, string set, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"update read.lrs_connection set {set} where tenant_id = $1 and id = $2 and lease = $3 returning attempts");
        command.Parameters.AddRange((NpgsqlParameter[])[Text(connection.Tenant), Uuid(connection.Id), Uuid(connection.Lease), .. parameters]);
        return await command.ExecuteScalarAsync(cancellation) is int attempts ? attempts : throw new LeaseLostException(connection);
    }

    private async Task<List<T>> QueryAsync<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await row.ReadAsync(cancellation)) found.Add(map(row));
        return found;
    }
}

/// <summary>How long a connection rests after an attempt that failed: twice as long each time, up to a bound; longer when the other store asks for it.</summary>
internal sealed record ConnectionPause(TimeSpan First, TimeSpan Longest, TimeSpan Asked);

internal sealed class LeaseLostException(WorkingConnection connection) : Exception($"The connection {connection} is not this process's any more.");
