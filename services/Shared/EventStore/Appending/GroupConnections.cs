using System.Collections.Concurrent;
using System.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pathways.EventStore.Appending;

/// <summary>
/// The connections of groups, the last one used first. A pool hands them out in turn: a lone caller would wake another
/// server process each time, with cold caches.
/// </summary>
internal sealed class GroupConnections([FromKeyedServices(DataSources.Groups)] NpgsqlDataSource source) : IAsyncDisposable
{
    private readonly ConcurrentStack<NpgsqlConnection> _idle = [];

    public async ValueTask<NpgsqlConnection> TakeAsync(CancellationToken cancellation)
        => _idle.TryPop(out var connection) ? connection : await source.OpenConnectionAsync(cancellation);

    public async ValueTask GiveBackAsync(NpgsqlConnection connection)
    {
        if (connection.State == ConnectionState.Open)
        {
            _idle.Push(connection);
            return;
        }
        // What broke this one has most likely broken the others.
        await connection.DisposeAsync();
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var connection)) await connection.DisposeAsync();
    }
}
