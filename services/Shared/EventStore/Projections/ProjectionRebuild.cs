using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore.Following;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Projections;

/// <summary>
/// Builds a projection again from the first event, beside the live rows, and switches. All in one transaction: readers
/// see the old rows until it commits and the new ones from then on, and a crash leaves everything as it was. A changed
/// projection gets a new version instead, which follows the log from the start beside the old one.
/// </summary>
public sealed class ProjectionRebuild(
    IEnumerable<IProjection> projections, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, EventTypes types, EventStoreStatus status)
{
    private const int BatchSize = 1000;

    /// <summary>The names that can be rebuilt.</summary>
    public IEnumerable<string> Names => projections.Select(ProjectionFollower.NameOf);

    /// <param name="projection">Its name with or without the version.</param>
    public async Task<RebuildProgress> RunAsync(string projection, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        var target = projections.FirstOrDefault(known => known.Name == projection || ProjectionFollower.NameOf(known) == projection)
            ?? throw new ArgumentException($"There is no projection '{projection}'.", nameof(projection));
        string name = ProjectionFollower.NameOf(target);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The live follower stands back from here on; a step of it that is under way is waited for.
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Key(name).ToString(CultureInfo.InvariantCulture)})", cancellation);
        var stored = new StoredPosition(FollowerKind.Projection, name);
        long before = await stored.ReadAsync(connection, cancellation);
        foreach (string table in await TablesAsync(connection, name, cancellation)) await ExecuteAsync(connection, $"delete from {table}", cancellation);

        var done = new RebuildProgress(name, 0, await HeadAsync(connection, cancellation));
        while (await SealedLog.ReadAsync(connection, types, done.Position, BatchSize, cancellation) is { Count: > 0 } batch)
        {
            await target.ApplyAsync(batch, connection, cancellation);
            done = done with { Position = batch[^1].Position, Head = Math.Max(done.Head, batch[^1].Position) };
            status.Rebuilding(done);
            progress?.Report(done);
        }
        await stored.MoveAsync(connection, before, done.Position, cancellation);
        await transaction.CommitAsync(cancellation);
        status.Rebuilding(done with { Finished = true });
        return done with { Finished = true };
    }

    /// <summary>Shared by the live follower's steps, held alone by a rebuild.</summary>
    internal static long Key(string name) => LockKey.Of($"rebuild/{name}");

    /// <summary>A projection's tables carry its name and version: <c>read.award_list_v3</c>, <c>read.award_list_v3_parts</c>.</summary>
    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select format('%I.%I', schemaname, tablename) from pg_tables
            where schemaname = 'read' and (tablename = $1 or starts_with(tablename, $1 || '_'))
            """, connection) { Parameters = { new() { Value = name } } };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var tables = new List<string>();
        while (await row.ReadAsync(cancellation)) tables.Add(row.GetString(0));
        return tables.Count > 0 ? tables : throw new InvalidOperationException($"No table in the schema read is named after {name}.");
    }

    private static async Task<long> HeadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select position from events.log_head", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

public sealed record RebuildProgress(string Projection, long Position, long Head, bool Finished = false);
