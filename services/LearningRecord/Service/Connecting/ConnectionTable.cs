using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Connecting;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Connecting;

/// <summary>Connections as an institution defines and sees them; <see cref="ConnectionWork"/> is how they are worked on.</summary>
internal sealed class ConnectionTable(TenantReader reader)
{
    private const int MostConnections = 100;

    private static readonly Rejection TooMany = Rejection.Conflict("connections-too-many", $"An institution has at most {MostConnections} connections.", "End one that is not needed any more.");

    private const string View = """
        select c.id, c.settings, c.is_paused, c.done, c.since, c.attempts, c.failing_since, c.last_error, c.due_at, c.head,
          (select count(*) from read.lrs_dead_letter d where d.tenant_id = $1 and d.connection_id = c.id and d.state <> 'skipped')
        """;

    // Counted so far and no further: a paused connection may be millions behind.
    private const string Waiting = """
        select count(*) waiting, min(e.timestamp) oldest from events.log l join events.mt_events e on e.seq_id = l.seq_id
        where l.position > c.position and l.position <= c.position + 10000 and l.tenant_id = $1 and e.type = 'statement_stored'
        """;

    public static GuardedWrite Add(string tenant, ConnectionDefined defined, byte[] secret) => new(
        """
        insert into read.lrs_connection (tenant_id, id, direction, settings, secret, position, since)
        select $1, $2, $3, $4, $5,
          case when $6 then 0 else (select position from events.log_head) end,
          case when $6 or $3 = 'out' then null else now() end
        where (select count(*) from read.lrs_connection where tenant_id = $1) < $7
        """,
        [
            Text(tenant), Uuid(defined.ConnectionId), Text(defined.Settings.Direction), Json(defined.Settings), new() { Value = secret },
            new() { Value = defined.FromStart }, new() { Value = MostConnections },
        ],
        RowsRequired: 1,
        Conflict: TooMany);

    /// <summary>Who is working on it by the old settings loses it, with the next step.</summary>
    /// <param name="secret">Null when it stays.</param>
    public static GuardedWrite Change(string tenant, Guid id, ConnectionSettings settings, byte[]? secret) => new(
        """
        update read.lrs_connection set settings = $3, secret = coalesce($4, secret), due_at = now(), attempts = 0, lease = null, leased_until = '-infinity' where tenant_id = $1 and id = $2
        """,
        [Text(tenant), Uuid(id), Json(settings), new() { Value = (object?)secret ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea }]);

    public static GuardedWrite Pause(string tenant, Guid id, bool isPaused) => new(
        "update read.lrs_connection set is_paused = $3, due_at = now(), attempts = 0, lease = null, leased_until = '-infinity' where tenant_id = $1 and id = $2",
        [Text(tenant), Uuid(id), new() { Value = isPaused }]);

    public static IEnumerable<GuardedWrite> Remove(string tenant, Guid id) =>
    [
        new("delete from read.lrs_connection where tenant_id = $1 and id = $2", [Text(tenant), Uuid(id)]),
        new("delete from read.lrs_dead_letter where tenant_id = $1 and connection_id = $2", [Text(tenant), Uuid(id)]),
    ];

    /// <summary>Put aside already or not yet tried: they are passed over from now on.</summary>
    public static GuardedWrite Skip(string tenant, Guid id, IEnumerable<Guid> statements) => new(
        """
        insert into read.lrs_dead_letter (tenant_id, connection_id, statement_id, state, error) select $1, $2, s, 'skipped', 'skipped' from unnest($3) s
        on conflict (tenant_id, connection_id, statement_id) do update set state = 'skipped'
        """,
        [Text(tenant), Uuid(id), Uuids(statements)]);

    public Task<IReadOnlyList<ConnectionView>> ListAsync(string tenant, Guid after, int limit, CancellationToken cancellation) => reader.QueryAsync(
        tenant, $"{View}, null::bigint, null::timestamptz from read.lrs_connection c where c.tenant_id = $1 and c.id > $2 order by c.id limit $3", [Text(tenant), Uuid(after), new() { Value = limit }], Read, cancellation);

    public async Task<ConnectionView?> FindAsync(string tenant, Guid id, CancellationToken cancellation)
        => (await reader.QueryAsync(
            tenant,
            $"{View}, w.waiting, w.oldest from read.lrs_connection c left join lateral ({Waiting}) w on c.direction = 'out' where c.tenant_id = $1 and c.id = $2",
            [Text(tenant), Uuid(id)],
            Read,
            cancellation)).SingleOrDefault();

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string tenant, Guid id, Guid after, int limit, CancellationToken cancellation) => reader.QueryAsync(
        tenant,
        """
        select statement_id, error, at, state = 'retry' from read.lrs_dead_letter
        where tenant_id = $1 and connection_id = $2 and state <> 'skipped' and statement_id > $3 order by statement_id limit $4
        """,
        [Text(tenant), Uuid(id), Uuid(after), new() { Value = limit }],
        row => new DeadLetter(row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetBoolean(3)),
        cancellation);

    /// <summary>Its turn is now, and what was put aside goes once more with it.</summary>
    /// <param name="statements">Null for all of them.</param>
    public static IEnumerable<GuardedWrite> Retry(string tenant, Guid id, IReadOnlyCollection<Guid>? statements) =>
    [
        new(
            """
            update read.lrs_dead_letter set state = 'retry' where tenant_id = $1 and connection_id = $2 and state <> 'retry'
              and case when $3 is null then state = 'dead' else statement_id = any ($3) end
            """,
            [Text(tenant), Uuid(id), Uuids(statements)]),
        new("update read.lrs_connection set due_at = now(), attempts = 0 where tenant_id = $1 and id = $2", [Text(tenant), Uuid(id)]),
    ];

    private static ConnectionView Read(NpgsqlDataReader row)
    {
        var settings = JsonSerializer.Deserialize<ConnectionSettings>(row.GetString(1))!;
        return new ConnectionView(
            row.GetGuid(0), settings.Direction, settings.Name, settings.Endpoint, settings.Key, settings.XapiVersion, settings.Filter, settings.IntervalSeconds,
            IsPaused: row.GetBoolean(2), Done: row.GetInt64(3), DeadLetters: row.GetInt64(10))
        {
            Since = InstantOf(row, 4),
            Attempts = row.GetInt32(5),
            FailingSince = InstantOf(row, 6),
            LastError = row.IsDBNull(7) ? null : row.GetString(7),
            NextAttempt = row.GetFieldValue<DateTimeOffset>(8),
            HeldUpBy = row.IsDBNull(9) ? null : row.GetGuid(9),
            Waiting = row.IsDBNull(11) ? null : row.GetInt64(11),
            OldestWaiting = InstantOf(row, 12),
        };
    }

    private static DateTimeOffset? InstantOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Json(ConnectionSettings settings) => new() { Value = JsonSerializer.Serialize(settings), NpgsqlDbType = NpgsqlDbType.Jsonb };
}

/// <summary>A connection, and what is stuck in it.</summary>
/// <param name="Done">Statements that went through it.</param>
/// <param name="DeadLetters">Statements that were refused for good, and not given up.</param>
public sealed record ConnectionView(
    Guid Id, string Direction, string Name, string Endpoint, string Key, string XapiVersion, StatementFilter Filter, int IntervalSeconds,
    bool IsPaused, long Done, long DeadLetters)
{
    /// <summary>Of what comes in: up to which time of the other store it was fetched.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>That failed, one after the other.</summary>
    public int Attempts { get; init; }

    /// <summary>Absent while it works.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset NextAttempt { get; init; }

    /// <summary>The statement at which it stands; it is put aside when it is refused again and again, and can be skipped before.</summary>
    public Guid? HeldUpBy { get; init; }

    /// <summary>Of one connection that goes out: statements that were not looked at yet, matching or not; counted up to 10,000 events ahead.</summary>
    public long? Waiting { get; init; }

    public DateTimeOffset? OldestWaiting { get; init; }
}

/// <param name="Error">Status of the answer; the other store's words are not kept, as they may repeat the statement.</param>
/// <param name="WillRetry">It goes once more with the next turn.</param>
public sealed record DeadLetter(Guid StatementId, string Error, DateTimeOffset At, bool WillRetry);
