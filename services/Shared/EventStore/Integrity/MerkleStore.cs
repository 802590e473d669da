using System.Numerics;
using Npgsql;
using NpgsqlTypes;

namespace Pathways.EventStore.Integrity;

/// <summary>Hashes of complete subtrees, from the log's leaves and the stored nodes above them.</summary>
internal sealed class MerkleStore(NpgsqlConnection connection)
{
    // A node covers 2^8 of the level below, so 256 hashes are the most that one subtree needs to be read.
    private const int Step = 8;

    /// <summary>Stores the nodes that the log's growth has completed.</summary>
    /// <exception cref="LogBehindItsHeadsException">One is there already, with another hash: of a log that was longer, and that this one is not.</exception>
    public async Task ExtendAsync(long oldSize, long size, CancellationToken cancellation)
    {
        for (int level = Step; size >> level > 0; level += Step)
        {
            for (long index = oldSize >> level; index < size >> level; index++)
            {
                await using var insert = new NpgsqlCommand("insert into events.merkle_node (level, index, hash) values ($1, $2, $3) on conflict do nothing", connection)
                {
                    Parameters =
                    {
                        new() { Value = level }, new() { Value = index },
                        new() { Value = await ReduceAsync(level - Step, index << Step, 1L << Step, cancellation), NpgsqlDbType = NpgsqlDbType.Bytea },
                    },
                };
                // One that is right may be there: a cut leaves the nodes before it, though the last head be further back.
                if (await insert.ExecuteNonQueryAsync(cancellation) == 0 && !await IsOfWhatLiesBelowAsync(level, index, cancellation))
                    throw new LogBehindItsHeadsException($"The last head has size {oldSize}; the tree has a node of another log beyond that (level {level}, index {index}).");
            }
        }
    }

    public Task<byte[]> RootAsync(long size, CancellationToken cancellation)
        => MerkleProof.RangeAsync(0, size, (first, count) => SubtreeAsync(first, count, cancellation));

    /// <summary>Whether the last complete block's stored node is the hash of the leaves that are there; so it is, too, when there is none yet.</summary>
    public async Task<bool> IsLastBlockOfItsLeavesAsync(long size, CancellationToken cancellation)
        => size >> Step == 0 || await IsOfWhatLiesBelowAsync(Step, (size >> Step) - 1, cancellation);

    /// <summary>The root of a complete subtree: a power of two of leaves, from a multiple of it on.</summary>
    public Task<byte[]> SubtreeAsync(long first, long count, CancellationToken cancellation)
    {
        int level = BitOperations.Log2((ulong)count) / Step * Step;
        return ReduceAsync(level, first >> level, count >> level, cancellation);
    }

    private async Task<bool> IsOfWhatLiesBelowAsync(int level, long index, CancellationToken cancellation)
    {
        byte[] stored = await ReduceAsync(level, index, 1, cancellation);
        byte[] computed = await ReduceAsync(level - Step, index << Step, 1L << Step, cancellation);
        return computed.AsSpan().SequenceEqual(stored);
    }

    private async Task<byte[]> ReduceAsync(int level, long index, long count, CancellationToken cancellation)
    {
        await using var command = level == 0
            ? new NpgsqlCommand("select leaf from events.log where position > $1 and position <= $1 + $2 order by position", connection)
            : new NpgsqlCommand("select hash from events.merkle_node where index >= $1 and index < $1 + $2 and level = $3 order by index", connection)
            {
                Parameters = { new() { Value = index }, new() { Value = count }, new() { Value = level } },
            };
        if (level == 0)
        {
            command.Parameters.Add(new() { Value = index });
            command.Parameters.Add(new() { Value = count });
        }
        var range = new CompactRange();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) range.Append(await row.GetFieldValueAsync<byte[]>(0, cancellation));
        return range.Size == count ? range.Root() : throw new InvalidOperationException($"The tree lacks hashes at level {level} from {index} on.");
    }
}
