using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Appending;

/// <summary>A unit of work as the statements of one batch: one round trip, and one transaction since nothing else opens one.</summary>
internal sealed class AppendCommand(EventTypes types)
{
    public NpgsqlBatch Build(UnitOfWork work, NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(work.Appends.Count > 0 ? Append(work) : TenantScope.Command(work.Context.Tenant));
        for (int i = 0; i < work.Writes.Count; i++) batch.BatchCommands.Add(GuardedCommand.Build(work.Writes[i], i));
        return batch;
    }

    private NpgsqlBatchCommand Append(UnitOfWork work)
    {
        var context = work.Context;
        var streams = StreamsOf(work);
        var events = streams.SelectMany((append, index) => append.Events.Select((recorded, offset)
            => (Stream: index + 1, Version: append.ExpectedVersion + offset + 1, recorded.Id, recorded.Data, recorded.ValidTime))).ToArray();
        return new NpgsqlBatchCommand("select events.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        {
            Parameters =
            {
                new() { Value = context.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
                Array(NpgsqlDbType.Text, streams, stream => stream.Stream),
                Array(NpgsqlDbType.Bigint, streams, stream => stream.ExpectedVersion),
                Array(NpgsqlDbType.Integer, streams, stream => stream.Events.Count),
                Array(NpgsqlDbType.Boolean, streams, _ => true),
                Array(NpgsqlDbType.Integer, events, e => e.Stream),
                Array(NpgsqlDbType.Bigint, events, e => e.Version),
                Array(NpgsqlDbType.Uuid, events, e => e.Id),
                Array(NpgsqlDbType.Text, events, e => types.AliasOf(e.Data.GetType())),
                Array(NpgsqlDbType.Text, events, e => DotNetType(e.Data.GetType())),
                Array(NpgsqlDbType.Jsonb, events, e => EventJson.Write(e.Data)),
                Array(NpgsqlDbType.Text, events, _ => context.CorrelationId),
                Array(NpgsqlDbType.Text, events, _ => context.Cause?.EventId.ToString()),
                Array(NpgsqlDbType.Jsonb, events, e => EventHeaders.Write(context, e.ValidTime)),
                Array(NpgsqlDbType.Text, events, _ => context.Actor),
            },
        };
    }

    /// <summary>Several appends to one stream in a unit of work are one, when each goes on where the last ended.</summary>
    private static StreamAppend[] StreamsOf(UnitOfWork work)
    {
        var streams = new Dictionary<string, StreamAppend>();
        foreach (var append in work.Appends)
        {
            if (!streams.TryGetValue(append.Stream, out var earlier)) streams.Add(append.Stream, append);
            else if (earlier.ExpectedVersion + earlier.Events.Count == append.ExpectedVersion)
                streams[append.Stream] = earlier with { Events = [.. earlier.Events, .. append.Events] };
            else throw new InvalidOperationException($"The appends to '{append.Stream}' in one unit of work do not follow each other.");
        }
        return [.. streams.Values];
    }

    private static string DotNetType(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    private static NpgsqlParameter Array<TItem, TValue>(NpgsqlDbType type, TItem[] items, Func<TItem, TValue> value)
        => new() { Value = System.Array.ConvertAll(items, item => value(item)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
