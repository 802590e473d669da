using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.InstitutionFeed.Queues;

/// <param name="Ready">It was made, filled and bound.</param>
/// <param name="BoundAt">When it was last bound; null while it has to be bound again before anything is published.</param>
public sealed record QueueRow(string Tenant, string Name, string Queue, bool Ready, DateTimeOffset? BoundAt);

/// <summary>All queues and whether they are open, written with the events.</summary>
internal sealed class QueueTable(TenantReader reader, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource daemon)
{
    public const string Schema =
        """
        create table if not exists read.feed_queue (
            tenant_id text not null,
            name      text not null,
            queue     text not null,
            ready     boolean not null default false,
            primary key (tenant_id, name)
        );
        -- Null for queues from before there was this column: nobody knows whether they are all bound.
        alter table read.feed_queue add column if not exists bound_at timestamptz;
        select events.protect('read.feed_queue');
        """;

    /// <summary>It has to be opened: in the transaction of the event that says so.</summary>
    public static GuardedWrite Unready(string tenant, string name, string queue) => new(
        """
        insert into read.feed_queue (tenant_id, name, queue) values ($1, $2, $3)
        on conflict (tenant_id, name) do update set ready = false
        """,
        [Text(tenant), Text(name), Text(queue)]);

    public async Task<bool> IsReadyAsync(string tenant, string name, CancellationToken cancellation)
    {
        await using var command = daemon.CreateCommand("select ready from read.feed_queue where tenant_id = $1 and name = $2");
        command.Parameters.Add(Text(tenant));
        command.Parameters.Add(Text(name));
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>It was opened, and bound with that.</summary>
    public async Task ReadyAsync(string tenant, string name, CancellationToken cancellation)
    {
        await using var command = daemon.CreateCommand("update read.feed_queue set ready = true, bound_at = now() where tenant_id = $1 and name = $2");
        command.Parameters.Add(Text(tenant));
        command.Parameters.Add(Text(name));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>All queues of the tenants have to be bound again: said before the first of them is bound, as that one would take what the others miss.</summary>
    public async Task UnboundAsync(IEnumerable<string> tenants, CancellationToken cancellation)
    {
        await using var command = daemon.CreateCommand("update read.feed_queue set bound_at = null where ready and tenant_id = any($1)");
        command.Parameters.Add(Texts(tenants));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Who comes second changes nothing: what is bound since then has missed nothing.</summary>
    public async Task BoundAsync(string tenant, string name, CancellationToken cancellation)
    {
        await using var command = daemon.CreateCommand("update read.feed_queue set bound_at = now() where tenant_id = $1 and name = $2 and bound_at is null");
        command.Parameters.Add(Text(tenant));
        command.Parameters.Add(Text(name));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public Task<IReadOnlyList<QueueRow>> OfAsync(string tenant, CancellationToken cancellation) => reader.QueryAsync(
        tenant, "select tenant_id, name, queue, ready, bound_at from read.feed_queue order by name", [], Read, cancellation);

    public async Task<IReadOnlyList<QueueRow>> AllReadyAsync(CancellationToken cancellation)
    {
        await using var command = daemon.CreateCommand("select tenant_id, name, queue, ready, bound_at from read.feed_queue where ready order by tenant_id, name");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var queues = new List<QueueRow>();
        while (await rows.ReadAsync(cancellation)) queues.Add(Read(rows));
        return queues;
    }

    private static QueueRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4));
}
