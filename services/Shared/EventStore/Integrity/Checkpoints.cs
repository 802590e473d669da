using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Pathways.EventStore.Integrity;

/// <summary>Signed heads of the log, and proofs against them.</summary>
public sealed class Checkpoints([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, CheckpointKey key)
{
    // One signs at a time; two at once would only sign the same head twice.
    private const long Lock = 0x50617468_00000003;
    private const long ExportLock = 0x50617468_00000004;

    public async Task<string?> LatestAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select note from events.checkpoint order by size desc limit 1");
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>The root that was signed at a size; null when none was.</summary>
    internal async Task<byte[]?> RootAsync(long size, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select root from events.checkpoint where size = $1");
        command.Parameters.Add(new() { Value = size });
        return await command.ExecuteScalarAsync(cancellation) as byte[];
    }

    /// <summary>Every checkpoint after a size, oldest first: to be kept elsewhere.</summary>
    public async Task<IReadOnlyList<string>> AfterAsync(long size, int limit, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select note from events.checkpoint where size > $1 order by size limit $2");
        command.Parameters.Add(new() { Value = size });
        command.Parameters.Add(new() { Value = (long)limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var notes = new List<string>();
        while (await row.ReadAsync(cancellation)) notes.Add(row.GetString(0));
        return notes;
    }

    /// <summary>That the event at a position is in the log of a checkpoint's size. Null when there is no such checkpoint or it is smaller.</summary>
    public Task<IReadOnlyList<byte[]>?> InclusionAsync(long position, long size, CancellationToken cancellation)
        => ProveAsync(size, position >= 1 && position <= size, subtree => MerkleProof.InclusionAsync(position - 1, size, subtree), cancellation);

    /// <summary>That the log of an older size is the beginning of a checkpoint's.</summary>
    public Task<IReadOnlyList<byte[]>?> ConsistencyAsync(long oldSize, long size, CancellationToken cancellation)
        => ProveAsync(size, oldSize >= 0 && oldSize <= size, subtree => MerkleProof.ConsistencyAsync(oldSize, size, subtree), cancellation);

    /// <summary>Signs the log as it is now; null when nothing was sealed since the last checkpoint, or another process is at it.</summary>
    /// <exception cref="LogBehindItsHeadsException">The log ends before what was signed last, or does not begin with it.</exception>
    public async Task<string?> SignAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // In a statement of its own: one sees the database as it was when it began, and whoever had the lock may have signed since.
        if (!await TryLockAsync(connection, Lock, cancellation)) return null;
        var (oldSize, size) = await SizesAsync(connection, cancellation);
        if (size < oldSize) throw new LogBehindItsHeadsException($"The last head has size {oldSize}; the log ends at {size}.") { LogIsShorter = true };
        var store = new MerkleStore(connection);
        // Also when nothing was added: a log that was cut may have grown to the very same size.
        if (!await BeginsWithAsync(connection, store, oldSize, cancellation))
            throw new LogBehindItsHeadsException($"The log does not begin with the last head, of size {oldSize}: it was cut and has grown again, or was changed.");
        if (size == oldSize) return null;
        await store.ExtendAsync(oldSize, size, cancellation);
        byte[] root = await store.RootAsync(size, cancellation);
        string note = SignedNote.Sign(new Checkpoint(key.Origin, size, root).Text, key.Origin, key.Key);
        await using var insert = new NpgsqlCommand("insert into events.checkpoint (size, root, note) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = size }, new() { Value = root, NpgsqlDbType = NpgsqlDbType.Bytea }, new() { Value = note } },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return note;
    }

    /// <summary>For one process at a time, until it is disposed of; null when another one is at it.</summary>
    internal async Task<IAsyncDisposable?> TakeTurnAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        bool taken = false;
        try
        {
            // The lock ends with the transaction, and that with the connection.
            await connection.BeginTransactionAsync(cancellation);
            taken = await TryLockAsync(connection, ExportLock, cancellation);
            return taken ? connection : null;
        }
        finally
        {
            if (!taken) await connection.DisposeAsync();
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, long key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = key } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<(long OldSize, long Size)> SizesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce((select max(size) from events.checkpoint), 0), (select position from events.log_head)", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>
    /// Whether the log still has the root that was signed at a size. It costs no more on a long log: complete blocks of 256 leaves are
    /// taken from their stored nodes, only the last of them and what comes after it from the leaves. A log that grew again after it
    /// was cut has other leaves there; one that was changed further back, with the same end, is for the verifier to find.
    /// </summary>
    private static async Task<bool> BeginsWithAsync(NpgsqlConnection connection, MerkleStore store, long size, CancellationToken cancellation)
    {
        if (size == 0) return true;
        await using var command = new NpgsqlCommand("select root from events.checkpoint where size = $1", connection) { Parameters = { new() { Value = size } } };
        byte[] signed = (byte[])(await command.ExecuteScalarAsync(cancellation))!;
        byte[] root = await store.RootAsync(size, cancellation);
        return root.AsSpan().SequenceEqual(signed) && await store.IsLastBlockOfItsLeavesAsync(size, cancellation);
    }

    private async Task<IReadOnlyList<byte[]>?> ProveAsync(
        long size, bool inRange, Func<Func<long, long, Task<byte[]>>, Task<List<byte[]>>> prove, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var known = new NpgsqlCommand("select exists (select from events.checkpoint where size = $1)", connection) { Parameters = { new() { Value = size } } };
        if (!inRange || !(bool)(await known.ExecuteScalarAsync(cancellation))!) return null;
        var store = new MerkleStore(connection);
        return await prove((first, count) => store.SubtreeAsync(first, count, cancellation));
    }
}
