using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Appending;

/// <summary>Units of work as statements of one batch: one round trip, and one transaction since nothing else opens one.</summary>
internal static class AppendCommand
{
    /// <summary>The column in which an append answers.</summary>
    public const string Answer = "conflicts";

    public static NpgsqlBatch Alone(PreparedUnit unit, NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(unit.Streams.Count > 0 ? Append(unit.Tenant, StreamsOf([unit]), required: _ => true) : TenantScope.Command(unit.Tenant));
        AddWrites(batch, unit.Work.Writes);
        return batch;
    }

    /// <summary>
    /// Many units, by tenant. A conflict costs only its own unit, unless other streams or writes of that unit would have
    /// to go with it: then the whole transaction is refused.
    /// </summary>
    public static NpgsqlBatch Together(IReadOnlyList<TenantGroup> tenants, NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var tenant in tenants)
        {
            batch.BatchCommands.Add(Append(tenant.Tenant, tenant.Streams, required: unit => unit.Streams.Count > 1 || unit.Work.Writes.Count > 0));
            AddWrites(batch, JoinedWrites.Of(tenant.Units));
        }
        return batch;
    }

    /// <summary>In the order in which the database takes them, and names them in a conflict.</summary>
    public static (PreparedUnit Unit, PreparedStream Stream)[] StreamsOf(IEnumerable<PreparedUnit> units)
        => [.. units.SelectMany(unit => unit.Streams.Select(stream => (unit, stream))).OrderBy(of => of.stream.Stream, StringComparer.Ordinal)];

    private static void AddWrites(NpgsqlBatch batch, IReadOnlyList<GuardedWrite> writes)
    {
        for (int i = 0; i < writes.Count; i++) batch.BatchCommands.Add(GuardedCommand.Build(writes[i], i));
    }

    private static NpgsqlBatchCommand Append(string tenant, (PreparedUnit Unit, PreparedStream Stream)[] streams, Func<PreparedUnit, bool> required)
        => streams is [{ Stream.Events: [var single] } only] ? AppendOne(tenant, only.Stream, single, required(only.Unit)) : AppendMany(tenant, streams, required);

    private static NpgsqlBatchCommand AppendOne(string tenant, PreparedStream stream, PreparedEvent single, bool required)
        => new($"select events.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as {Answer}")
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = tenant },
                new NpgsqlParameter<string> { TypedValue = stream.Stream },
                new NpgsqlParameter<long> { TypedValue = stream.ExpectedVersion },
                new NpgsqlParameter<bool> { TypedValue = required },
                new NpgsqlParameter<Guid> { TypedValue = single.Id },
                new NpgsqlParameter<string> { TypedValue = single.Type },
                new NpgsqlParameter<string> { TypedValue = single.DotNetType },
                new NpgsqlParameter<string> { TypedValue = single.Data, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = single.Correlation },
                new NpgsqlParameter<string> { TypedValue = single.Causation, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = single.Headers, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = single.Actor },
            },
        };

    private static NpgsqlBatchCommand AppendMany(string tenant, (PreparedUnit Unit, PreparedStream Stream)[] streams, Func<PreparedUnit, bool> required)
    {
        var events = streams.SelectMany((of, index) => of.Stream.Events.Select(added => (Stream: index + 1, Event: added))).ToArray();
        return new NpgsqlBatchCommand($"select events.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) as {Answer}")
        {
            Parameters =
            {
                new() { Value = tenant, NpgsqlDbType = NpgsqlDbType.Text },
                Array(NpgsqlDbType.Text, streams, s => s.Stream.Stream),
                Array(NpgsqlDbType.Bigint, streams, s => s.Stream.ExpectedVersion),
                Array(NpgsqlDbType.Integer, streams, s => s.Stream.Events.Length),
                Array(NpgsqlDbType.Boolean, streams, s => required(s.Unit)),
                Array(NpgsqlDbType.Integer, events, e => e.Stream),
                Array(NpgsqlDbType.Bigint, events, e => e.Event.Version),
                Array(NpgsqlDbType.Uuid, events, e => e.Event.Id),
                Array(NpgsqlDbType.Text, events, e => e.Event.Type),
                Array(NpgsqlDbType.Text, events, e => e.Event.DotNetType),
                Array(NpgsqlDbType.Jsonb, events, e => e.Event.Data),
                Array(NpgsqlDbType.Text, events, e => e.Event.Correlation),
                Array(NpgsqlDbType.Text, events, e => e.Event.Causation),
                Array(NpgsqlDbType.Jsonb, events, e => e.Event.Headers),
                Array(NpgsqlDbType.Text, events, e => e.Event.Actor),
            },
        };
    }

    private static NpgsqlParameter Array<TItem, TValue>(NpgsqlDbType type, TItem[] items, Func<TItem, TValue> value)
        => new() { Value = System.Array.ConvertAll(items, item => value(item)), NpgsqlDbType = NpgsqlDbType.Array | type };
}

/// <summary>The units of one tenant in a group, and their streams in the order in which the database takes them.</summary>
internal sealed record TenantGroup(string Tenant, IReadOnlyList<PreparedUnit> Units)
{
    public (PreparedUnit Unit, PreparedStream Stream)[] Streams { get; } = AppendCommand.StreamsOf(Units);
}
