using Npgsql;
using Pathways.EventStore.Following;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Projections;

/// <summary>
/// A batch and the position in one transaction. The advisory lock spares work when several processes run; what keeps a
/// batch from being applied twice is the comparison of the position, so that a process that was stopped and comes back
/// cannot commit.
/// </summary>
internal sealed class ProjectionFollower(IProjection projection, NpgsqlDataSource source, EventTypes types, TimeProvider time)
    : Follower(FollowerKind.Projection, NameOf(projection))
{
    private const int BatchSize = 500;

    // A transaction for each few events of a steady trickle would cost more than the events. Nobody sees so short a delay.
    public override TimeSpan Gathering => TimeSpan.FromMilliseconds(25);

    private readonly StoredPosition _position = new(FollowerKind.Projection, NameOf(projection));

    public static string NameOf(IProjection projection) => $"{projection.Name}_v{projection.Version}";

    public override async Task<FollowerStep> StepAsync(bool takeTurn, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        bool hasTurn = await TakeTurnAsync(connection, takeTurn, cancellation);
        long position = await _position.ReadAsync(connection, cancellation);
        if (!hasTurn) return new FollowerStep(false, position, 0);

        var batch = await SealedLog.ReadAsync(connection, types, position, BatchSize, cancellation);
        if (batch.Count > 0)
        {
            // The position first: of two that are at work the second one waits here and then finds it moved, instead of
            // writing what the first one has written.
            await _position.MoveAsync(connection, position, batch[^1].Position, cancellation);
            await projection.ApplyAsync(batch, connection, cancellation);
            Failpoint.Hit(Failpoint.Projecting);
        }
        await transaction.CommitAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var applied in batch)
            EventStoreDiagnostics.ProjectionLag.Record((now - applied.Event.RecordedAt).TotalSeconds, new KeyValuePair<string, object?>("projection", Name));
        return new FollowerStep(true, position + batch.Count, batch.Count);
    }

    /// <summary>Never beside a rebuild, which holds its lock alone; beside another follower only when told not to wait for its turn.</summary>
    private async Task<bool> TakeTurnAsync(NpgsqlConnection connection, bool takeTurn, CancellationToken cancellation)
    {
        await using var turn = new NpgsqlCommand("select pg_try_advisory_xact_lock_shared($1) and (not $3 or pg_try_advisory_xact_lock($2))", connection)
        {
            Parameters = { new() { Value = ProjectionRebuild.Key(Name) }, new() { Value = Lock }, new() { Value = takeTurn } },
        };
        return (bool)(await turn.ExecuteScalarAsync(cancellation))!;
    }
}
