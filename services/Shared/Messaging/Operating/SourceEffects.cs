using Npgsql;
using Pathways.Messaging.Consuming;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.Messaging.Operating;

/// <summary>Events of our own that followed from a source's.</summary>
internal sealed class SourceEffects(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<RemainingEvent>> SinceAsync(string source, DateTime since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select tenant_id, stream_id, version, type, causation_id::uuid from events.mt_events
             where timestamp >= $2 and headers ->> 'cause_source' = $1 and causation_id is not null
             order by tenant_id, seq_id
            """);
        command.Parameters.Add(Text(source));
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = since });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var effects = new List<RemainingEvent>();
        while (await rows.ReadAsync(cancellation))
            effects.Add(new RemainingEvent(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3), rows.GetGuid(4)));
        return effects;
    }
}
