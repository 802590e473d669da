using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pathways.EventStore.Appending;

/// <summary>
/// The connections of groups, the last one used first. A pool hands them out in turn: a lone caller would wake another
/// server process each time, with cold caches.
/// </summary>
internal sealed class GroupConnections([FromKeyedServices(DataSources.Groups)] NpgsqlDataSource source) : IAsyncDisposable
{
    // After a longer rest it is asked whether the server is still there: a round trip that nobody notices who comes so rarely,
    // and without it the first append after a restart of the server would fail.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentStack<(NpgsqlConnection Connection, long Since)> _idle = [];

    public async ValueTask<NpgsqlConnection> TakeAsync(CancellationToken cancellation)
    {
        while (_idle.TryPop(out var idle))
        {
            if (Stopwatch.GetElapsedTime(idle.Since) < Rest || await IsAliveAsync(idle.Connection, cancellation)) return idle.Connection;
            await idle.Connection.DisposeAsync();
        }
        return await source.OpenConnectionAsync(cancellation);
    }

    public async ValueTask GiveBackAsync(NpgsqlConnection connection)
    {
        if (connection.State == ConnectionState.Open)
        {
            _idle.Push((connection, Stopwatch.GetTimestamp()));
            return;
        }
        // What broke this one has most likely broken the others.
        await connection.DisposeAsync();
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var idle)) await idle.Connection.DisposeAsync();
    }

    private static async Task<bool> IsAliveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var ask = new NpgsqlCommand("select 1", connection);
            await ask.ExecuteScalarAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            // Its reason is told by whoever opens the next one, if it lasts.
            return false;
        }
    }
}
