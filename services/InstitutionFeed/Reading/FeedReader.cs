using System.Runtime.CompilerServices;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Reading;

namespace Pathways.InstitutionFeed.Reading;

/// <param name="Position">In the feed's log: grows, with holes.</param>
/// <param name="CloudEvent">JSON, exactly as the source wrote it.</param>
public sealed record FeedEntry(long Position, string CloudEvent);

/// <summary>A tenant's events in the order in which they were received.</summary>
internal sealed class FeedReader(TenantReader reader, ISealedLog log, TimeProvider time)
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public Task<IReadOnlyList<FeedEntry>> ReadAsync(string tenant, long after, int limit, CancellationToken cancellation) => reader.QueryAsync(
        tenant,
        "select position, cloud_event from read.feed_v1 where position > $1 order by position limit $2",
        [new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = limit }],
        row => new FeedEntry(row.GetInt64(0), row.GetString(1)),
        cancellation);

    /// <summary>Whoever was further than the log reaches has read events that it does not have any more, and would miss those that it has since.</summary>
    public async Task<bool> ReachesAsync(long position, CancellationToken cancellation) => position == 0 || position <= await log.HeadAsync(cancellation);

    /// <summary>All after a position, and then what comes, for as long as the reader stays. Null is a sign of life; the first comes at once if nothing else does.</summary>
    public async IAsyncEnumerable<FeedEntry?> FollowAsync(
        string tenant, long after, TimeSpan signOfLife, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long? lastSent = null;
        while (!cancellation.IsCancellationRequested)
        {
            var batch = await ReadAsync(tenant, after, BatchSize, cancellation);
            foreach (var entry in batch)
            {
                yield return entry;
                after = entry.Position;
            }
            if (batch.Count > 0) lastSent = time.GetTimestamp();
            else if (lastSent is not { } last || time.GetElapsedTime(last) > signOfLife)
            {
                yield return null;
                lastSent = time.GetTimestamp();
            }
            if (batch.Count < BatchSize) await Task.Delay(Pause, time, cancellation);
        }
    }
}
