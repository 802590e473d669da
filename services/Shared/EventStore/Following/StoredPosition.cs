using Npgsql;

namespace Pathways.EventStore.Following;

/// <summary>A follower's row in one of the two position tables.</summary>
internal sealed class StoredPosition(FollowerKind kind, string name)
{
    private readonly string _table = kind == FollowerKind.Projection ? "events.projection_position" : "events.subscription_position";

    public async Task<long> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var read = new NpgsqlCommand($"select position from {_table} where name = $1", connection) { Parameters = { new() { Value = name } } };
        if (await read.ExecuteScalarAsync(cancellation) is long position) return position;
        await using var create = new NpgsqlCommand($"insert into {_table} (name, position) values ($1, 0) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = name } },
        };
        await create.ExecuteNonQueryAsync(cancellation);
        return 0;
    }

    /// <exception cref="PositionMovedException">The position is not <paramref name="from"/> any more.</exception>
    public async Task MoveAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancellation)
    {
        await using var move = new NpgsqlCommand($"update {_table} set position = $1, updated_at = now() where name = $2 and position = $3", connection)
        {
            Parameters = { new() { Value = to }, new() { Value = name }, new() { Value = from } },
        };
        if (await move.ExecuteNonQueryAsync(cancellation) != 1) throw new PositionMovedException(name);
    }
}
