using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore.Appending;
using Pathways.Kernel;

namespace Pathways.EventStore.Deadlines;

/// <summary>
/// Polls for what is due, by the clock it is given. Several processes may do so at once: each deadline's end is a guarded
/// write, so it takes effect once. A handler that fails is tried again later; the others go on.
/// </summary>
internal sealed partial class DeadlineService(
    IEnumerable<IDeadlineHandler> handlers, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, IEventStore store,
    TimeProvider time, ILogger<DeadlineService> logger) : PeriodicService(Poll, time, logger)
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, IDeadlineHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);
    private int _due;

    // A full batch has left some behind.
    protected override Task WaitAsync(CancellationToken cancellation) => _due < BatchSize ? base.WaitAsync(cancellation) : Task.CompletedTask;

    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        _due = 0;
        if (_handlers.Count == 0) return;
        var batch = await DueAsync(cancellation);
        foreach (var (tenant, deadline, context, attempts) in batch) await MeetAsync(tenant, deadline, context, attempts, cancellation);
        _due = batch.Count;
    }

    private async Task MeetAsync(string tenant, Deadline deadline, EventContext context, int attempts, CancellationToken cancellation)
    {
        try
        {
            var work = new UnitOfWork(context);
            await _handlers[deadline.Kind].HandleAsync(deadline, work, cancellation);
            work.Write(Deadline.Meet(tenant, deadline));
            var committed = await store.CommitAsync(work, cancellation);
            if (committed.IsAccepted) Failpoint.Hit(Failpoint.Met);
            // A conflict means that the stream or the deadline was changed: the next poll sees how. Anything else would come again for ever.
            if (committed.Rejection is { Kind: not RejectionKind.Conflict } refused) throw new InvalidOperationException($"{refused.Code}: {refused.Message}");
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            HandlerFailed(Logger, error, deadline.Kind, deadline.Id, attempts + 1);
            await PostponeAsync(tenant, deadline, attempts + 1, error, cancellation);
        }
    }

    private async Task<List<(string Tenant, Deadline Deadline, EventContext Context, int Attempts)>> DueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select tenant_id, id, kind, stream_id, due_at, data::text, correlation_id, cause_source, cause_id, attempts
            from events.deadlines where due_at <= $1 and kind = any ($2) order by due_at limit $3
            """);
        command.Parameters.Add(new() { Value = Time.GetUtcNow() });
        command.Parameters.Add(new() { Value = _handlers.Keys.ToArray() });
        command.Parameters.Add(new() { Value = (long)BatchSize });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var due = new List<(string, Deadline, EventContext, int)>();
        while (await row.ReadAsync(cancellation)) due.Add(Read(row));
        return due;
    }

    private static (string, Deadline, EventContext, int) Read(NpgsqlDataReader row)
    {
        string tenant = row.GetString(0);
        var deadline = new Deadline(
            row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.IsDBNull(5) ? null : row.GetString(5));
        var cause = row.IsDBNull(8) ? null : new EventCause(row.GetString(7), row.GetGuid(8));
        return (tenant, deadline, new EventContext(tenant, $"deadline {deadline.Kind}", row.GetString(6), cause), row.GetInt32(9));
    }

    private async Task PostponeAsync(string tenant, Deadline deadline, int attempts, Exception error, CancellationToken cancellation)
    {
        var pause = Poll * Math.Pow(2, Math.Min(attempts, 12));
        await using var command = source.CreateCommand(
            "update events.deadlines set attempts = $1, last_error = $2, due_at = $3 where tenant_id = $4 and id = $5 and due_at = $6");
        command.Parameters.Add(new() { Value = attempts });
        command.Parameters.Add(new() { Value = error.Message });
        command.Parameters.Add(new() { Value = Time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause) });
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = deadline.Id });
        command.Parameters.Add(new() { Value = deadline.DueAt.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Error, "The deadline {Kind} {Id} failed {Attempts} times; it is tried again later.")]
    private static partial void HandlerFailed(ILogger logger, Exception error, string kind, string id, int attempts);
}
