using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Projections;

/// <summary>How far projections have followed the log, in whichever process they run.</summary>
public sealed class ProjectionProgress(
    [FromKeyedServices(DataSources.App)] NpgsqlDataSource source, TenantReader reader, IEnumerable<IProjection> projections, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(15);

    /// <param name="projection">Its name with or without the version: <c>award_list</c> is the version of this build.</param>
    public async Task<long> PositionAsync(string projection, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select position from events.projection_position where name = $1");
        command.Parameters.Add(new() { Value = StoredName(projection) });
        return await command.ExecuteScalarAsync(cancellation) is long position ? position : 0;
    }

    /// <summary>Whether this build's version has come as far as those before it: until then it knows less than they do.</summary>
    public async Task<bool> IsBuiltAsync(string projection, CancellationToken cancellation)
    {
        var current = projections.Single(known => known.Name == projection);
        await using var command = source.CreateCommand("""
            select coalesce(max(position), 0) from events.projection_position
            where starts_with(name, $1) and substr(name, length($1) + 1) ~ '^[0-9]{1,9}$' and substr(name, length($1) + 1)::int < $2
            """);
        command.Parameters.Add(new() { Value = $"{current.Name}_v" });
        command.Parameters.Add(new() { Value = current.Version });
        return await PositionAsync(projection, cancellation) >= (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>False when the time was over first.</summary>
    public Task<bool> WaitForPositionAsync(string projection, long position, TimeSpan timeout, CancellationToken cancellation)
        => WaitAsync(async () => await PositionAsync(projection, cancellation) >= position, timeout, cancellation);

    /// <summary>
    /// Lets a caller read its own write: an event has no position yet when its commit is answered. False when the time was over
    /// first, null when the tenant has no such event.
    /// </summary>
    public async Task<bool?> WaitForEventAsync(string projection, string tenant, Guid eventId, TimeSpan timeout, CancellationToken cancellation)
    {
        var place = await PlaceOfAsync(tenant, eventId, cancellation);
        if (!place.Exists) return null;
        return await WaitAsync(
            async () =>
            {
                if (place.Position is null) place = await PlaceOfAsync(tenant, eventId, cancellation);
                return place.Position is { } position && await PositionAsync(projection, cancellation) >= position;
            },
            timeout,
            cancellation);
    }

    private async Task<bool> WaitAsync(Func<Task<bool>> isThere, TimeSpan timeout, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        while (!await isThere())
        {
            if (time.GetElapsedTime(started) >= timeout) return false;
            await Task.Delay(Poll, time, cancellation);
        }
        return true;
    }

    private async Task<(bool Exists, long? Position)> PlaceOfAsync(string tenant, Guid eventId, CancellationToken cancellation)
        => (await reader.QueryAsync(
            tenant,
            "select exists (select from events.mt_events where id = $1), (select position from events.log where event_id = $1)",
            [new() { Value = eventId }],
            row => (row.GetBoolean(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1)),
            cancellation))[0];

    private string StoredName(string name)
        => projections.FirstOrDefault(projection => projection.Name == name) is { } known ? ProjectionFollower.NameOf(known) : name;
}
