using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Sealing;

/// <summary>
/// Puts the events of a batch, which come by sequence number, into the order of their streams' versions. Our own append draws numbers
/// when it holds the stream. Others need not: Marten's rich mode draws them before it reads the stream's version, so of two
/// writers the one that comes second may have drawn first.
/// </summary>
internal static class StreamOrder
{
    // The version before, as long as it is pending with a number beyond the batch, and the one before that.
    private static readonly string Earlier = $"""
        with recursive earlier as (
          select e.seq_id, e.tenant_id, e.stream_id, e.version
          from unnest($1, $2, $3) as f (tenant_id, stream_id, version) cross join {Before("f")}
          union all
          select e.seq_id, e.tenant_id, e.stream_id, e.version from earlier f cross join {Before("f")}
        )
        select {StoredEvent.Columns} from earlier f join events.mt_events e on e.seq_id = f.seq_id
        """;

    /// <summary>
    /// A batch is what has the lowest numbers: an earlier version of one of its streams may be pending beyond it, and comes in. (To hold
    /// the later one back instead would stop the log when all of a batch would have to wait.)
    /// </summary>
    public static async Task AddEarlierAsync(NpgsqlConnection connection, List<StoredEvent> events, CancellationToken cancellation)
    {
        var known = events.Select(stored => (stored.Tenant, stored.Stream, stored.Version)).ToHashSet();
        var starts = events.FindAll(stored => stored.Version > 1 && !known.Contains((stored.Tenant, stored.Stream, stored.Version - 1)));
        if (starts.Count == 0) return;
        await using var command = new NpgsqlCommand(Earlier, connection)
        {
            Parameters =
            {
                new() { Value = starts.ConvertAll(stored => stored.Tenant), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar },
                new() { Value = starts.ConvertAll(stored => stored.Stream), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar },
                new() { Value = starts.ConvertAll(stored => stored.Version), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = events[^1].Sequence },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) events.Add(StoredEvent.Read(row));
    }

    /// <summary>Each stream keeps its places, and its events take them by version.</summary>
    public static void Restore(List<StoredEvent> events)
    {
        if (IsKept(events)) return;
        foreach (var stream in events.Index().GroupBy(placed => (placed.Item.Tenant, placed.Item.Stream)).ToList())
        {
            foreach (var (place, stored) in stream.Zip(stream.OrderBy(placed => placed.Item.Version), (at, next) => (at.Index, next.Item)))
                events[place] = stored;
        }
    }

    private static bool IsKept(List<StoredEvent> events)
    {
        var last = new Dictionary<(string, string), long>(events.Count);
        foreach (var stored in events)
        {
            if (last.TryGetValue((stored.Tenant, stored.Stream), out long version) && version > stored.Version) return false;
            last[(stored.Tenant, stored.Stream)] = stored.Version;
        }
        return true;
    }

    // A lookup for each (offset 0 keeps it one), whatever a young store's statistics say.
    private static string Before(string later) => $"""
        lateral (
          select e.seq_id, e.tenant_id, e.stream_id, e.version from events.mt_events e
          where e.tenant_id = {later}.tenant_id and e.stream_id = {later}.stream_id and e.version = {later}.version - 1 and e.seq_id > $4
            and exists (select from events.pending p where p.seq_id = e.seq_id)
          offset 0) e
        """;
}
