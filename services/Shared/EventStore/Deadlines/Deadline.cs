using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.Kernel;

namespace Pathways.EventStore.Deadlines;

/// <summary>A process looks at its stream again at a time, unless something happens before.</summary>
/// <param name="Id">Unique in the tenant. Scheduling the same id again moves it.</param>
/// <param name="Kind">Which <see cref="IDeadlineHandler"/> takes it.</param>
/// <param name="Stream">The process's stream.</param>
/// <param name="Data">JSON, for the handler.</param>
public sealed record Deadline(string Id, string Kind, string Stream, DateTimeOffset DueAt, string? Data = null)
{
    /// <summary>To be written in the unit of work whose events cause it: both or neither.</summary>
    public GuardedWrite Schedule(EventContext context) => new(
        """
        insert into events.deadlines (tenant_id, id, kind, stream_id, due_at, data, correlation_id, cause_source, cause_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, id) do update set kind = excluded.kind, stream_id = excluded.stream_id, due_at = excluded.due_at,
          data = excluded.data, correlation_id = excluded.correlation_id, cause_source = excluded.cause_source,
          cause_id = excluded.cause_id, attempts = 0, last_error = null
        """,
        [
            new() { Value = context.Tenant }, new() { Value = Id }, new() { Value = Kind }, new() { Value = Stream },
            new() { Value = DueAt.ToUniversalTime() },
            new() { Value = (object?)Data ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = context.CorrelationId },
            new() { Value = (object?)context.Cause?.Source ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)context.Cause?.EventId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
        ]);

    /// <summary>Without effect when there is none.</summary>
    public static GuardedWrite Cancel(string tenant, string id) => new(
        "delete from events.deadlines where tenant_id = $1 and id = $2", [new() { Value = tenant }, new() { Value = id }]);

    /// <summary>Met once: whoever comes second finds no row, and none of its unit of work is done.</summary>
    internal static GuardedWrite Meet(string tenant, Deadline deadline) => new(
        "delete from events.deadlines where tenant_id = $1 and id = $2 and due_at = $3",
        [new() { Value = tenant }, new() { Value = deadline.Id }, new() { Value = deadline.DueAt.ToUniversalTime() }],
        RowsRequired: 1,
        Rejection.Conflict("deadline-met", "The deadline was met or moved meanwhile.", "Read it again, and decide again."));
}

/// <summary>What happens when deadlines of one kind are due.</summary>
public interface IDeadlineHandler
{
    string Kind { get; }

    /// <summary>
    /// Reads and decides; adds appends and writes to <paramref name="work"/>. They are committed together with the end of
    /// the deadline. Called again when a stream was changed meanwhile. It may come late: the handler looks at the state first.
    /// </summary>
    Task HandleAsync(Deadline deadline, UnitOfWork work, CancellationToken cancellation);
}
