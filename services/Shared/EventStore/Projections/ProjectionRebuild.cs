using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore.Following;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Projections;

/// <summary>
/// Builds a projection again from the first event, beside the live rows, and switches. All in one transaction: readers
/// see the old rows until it commits and the new ones from then on, and a crash leaves everything as it was. A changed
/// projection gets a new version instead, which follows the log from the start beside the old one.
/// </summary>
public sealed partial class ProjectionRebuild(
    IEnumerable<IProjection> projections, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, EventTypes types, EventStoreStatus status,
    ILogger<ProjectionRebuild> logger)
{
    private const int BatchSize = 1000;

    /// <summary>The names that can be rebuilt.</summary>
    public IEnumerable<string> Names => projections.Select(ProjectionFollower.NameOf);

    /// <summary>
    /// In the background; <see cref="EventStoreStatus.Rebuilds"/> tells how it goes. The one that is under way in this process, if there
    /// is one. Null when there is no such projection.
    /// </summary>
    public RebuildProgress? Start(string projection, CancellationToken stopping)
    {
        if (Find(projection) is not { } target) return null;
        var asked = Begun(target);
        var underWay = status.RebuildingUnlessUnderWay(asked);
        // Nobody waits for it: how it ends is in the status.
        if (underWay.Id == asked.Id) _ = RunAsync(target, asked, progress: null, stopping);
        return underWay;
    }

    /// <summary>Waits for its end, which <see cref="Start"/> does not.</summary>
    /// <param name="projection">Its name with or without the version.</param>
    /// <exception cref="InvalidOperationException">One of it is under way in this process, or there is no table of it.</exception>
    public Task<RebuildProgress> RunAsync(string projection, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        var target = Find(projection) ?? throw new ArgumentException($"There is no projection '{projection}'.", nameof(projection));
        var asked = Begun(target);
        return status.RebuildingUnlessUnderWay(asked).Id == asked.Id
            ? RunAsync(target, asked, progress, cancellation)
            : throw new InvalidOperationException($"{asked.Projection} is being rebuilt.");
    }

    /// <summary>However it ends, the status says that it has: what is under way for ever is never begun anew.</summary>
    private async Task<RebuildProgress> RunAsync(IProjection target, RebuildProgress begun, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return await BuildAsync(target, begun, progress, cancellation);
        }
        catch (Exception error)
        {
            if (error is not OperationCanceledException) Failed(error, begun.Projection);
            status.Rebuilding(begun with { Finished = true, Error = error.Message });
            throw;
        }
    }

    private async Task<RebuildProgress> BuildAsync(IProjection target, RebuildProgress begun, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        string name = begun.Projection;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The live follower stands back from here on; a step of it that is under way is waited for.
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Key(name).ToString(CultureInfo.InvariantCulture)})", cancellation);
        var stored = new StoredPosition(FollowerKind.Projection, name);
        long before = await stored.ReadAsync(connection, cancellation);
        foreach (string table in await TablesAsync(connection, name, cancellation)) await ExecuteAsync(connection, $"delete from {table}", cancellation);

        var done = begun with { Head = await HeadAsync(connection, cancellation) };
        while (await SealedLog.ReadAsync(connection, types, done.Position, BatchSize, cancellation) is { Count: > 0 } batch)
        {
            await target.ApplyAsync(batch, connection, cancellation);
            done = done with { Position = batch[^1].Position, Head = Math.Max(done.Head, batch[^1].Position) };
            status.Rebuilding(done);
            progress?.Report(done);
        }
        await stored.MoveAsync(connection, before, done.Position, cancellation);
        Failpoint.Hit(Failpoint.Rebuilding);
        await transaction.CommitAsync(cancellation);
        status.Rebuilding(done with { Finished = true });
        return done with { Finished = true };
    }

    private IProjection? Find(string projection)
        => projections.FirstOrDefault(known => known.Name == projection || ProjectionFollower.NameOf(known) == projection);

    private static RebuildProgress Begun(IProjection target) => new(Guid.CreateVersion7(), ProjectionFollower.NameOf(target), 0, 0);

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

    [LoggerMessage(LogLevel.Error, "The rebuild of {Projection} was given up; its rows are those of before, or, if only the answer to the commit was lost, all of them new.")]
    private partial void Failed(Exception error, string projection);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <param name="Id">Of this one rebuild: another process of the service may tell of an earlier one.</param>
/// <param name="Error">Why it was given up; then the rows are those of before, or, if only the answer to the commit was lost, all of them new.</param>
public sealed record RebuildProgress(Guid Id, string Projection, long Position, long Head, bool Finished = false, string? Error = null);
