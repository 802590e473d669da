using Npgsql;
using Pathways.EventStore.Following;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Subscriptions;

/// <summary>
/// Handles a batch, then stores the position: after a crash between the two, the same events come again. No transaction
/// is open while the outside world answers; the advisory lock lives on the session.
/// </summary>
internal sealed class SubscriptionFollower(ISubscription subscription, NpgsqlDataSource source, EventTypes types, TimeProvider time)
    : Follower(FollowerKind.Subscription, subscription.Name)
{
    private readonly StoredPosition _position = new(FollowerKind.Subscription, subscription.Name);

    public override async Task<FollowerStep> StepAsync(bool takeTurn, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        bool hasTurn = !takeTurn || await LockAsync(connection, "pg_try_advisory_lock", cancellation);
        try
        {
            long position = await _position.ReadAsync(connection, cancellation);
            if (!hasTurn) return new FollowerStep(false, position, 0);

            var batch = await SealedLog.ReadAsync(connection, types, position, ISubscription.BatchSize, cancellation);
            if (batch.Count == 0) return new FollowerStep(true, position, 0);
            await subscription.HandleAsync(batch, cancellation);
            Failpoint.Hit(Failpoint.Confirmed);
            await _position.MoveAsync(connection, position, batch[^1].Position, cancellation);
            var now = time.GetUtcNow();
            foreach (var handled in batch)
                EventStoreDiagnostics.SubscriptionLag.Record((now - handled.Event.RecordedAt).TotalSeconds, new KeyValuePair<string, object?>("subscription", Name));
            return new FollowerStep(true, batch[^1].Position, batch.Count);
        }
        finally
        {
            // A broken connection has lost its locks by itself; a pooled one would carry them into its next use.
            if (takeTurn && hasTurn && connection.FullState == System.Data.ConnectionState.Open)
                await LockAsync(connection, "pg_advisory_unlock", CancellationToken.None);
        }
    }

    private async Task<bool> LockAsync(NpgsqlConnection connection, string function, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {function}($1)", connection) { Parameters = { new() { Value = Lock } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
