using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pathways.EventStore.Projections;

/// <summary>How far projections have followed the log, in whichever process they run.</summary>
public sealed class ProjectionProgress(
    [FromKeyedServices(DataSources.App)] NpgsqlDataSource source, IEnumerable<IProjection> projections, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(15);

    /// <param name="projection">Its name with or without the version: <c>award_list</c> is the version of this build.</param>
    public async Task<long> PositionAsync(string projection, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select position from events.projection_position where name = $1");
        command.Parameters.Add(new() { Value = StoredName(projection) });
        return await command.ExecuteScalarAsync(cancellation) is long position ? position : 0;
    }

    /// <summary>Lets a caller read its own write. False when the time was over first.</summary>
    public async Task<bool> WaitForPositionAsync(string projection, long position, TimeSpan timeout, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        while (await PositionAsync(projection, cancellation) < position)
        {
            if (time.GetElapsedTime(started) >= timeout) return false;
            await Task.Delay(Poll, time, cancellation);
        }
        return true;
    }

    private string StoredName(string name)
        => projections.FirstOrDefault(projection => projection.Name == name) is { } known ? ProjectionFollower.NameOf(known) : name;
}
