using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.Kernel;

namespace Pathways.EventStore.Appending;

/// <summary>Commits units of work: alone, or many in one transaction. Answers why a unit was refused, null when it was committed.</summary>
internal sealed class Appender([FromKeyedServices(DataSources.App)] NpgsqlDataSource source)
{
    public async Task<Rejection?> CommitAsync(PreparedUnit unit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = AppendCommand.Alone(unit, connection);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException failure) when (Refusals.Of(failure, batch, unit.Work) is { } rejection)
        {
            return rejection;
        }
    }

    /// <returns>One answer per unit, in their order; null when one of them spoils it for all, and nothing was committed.</returns>
    public async Task<Rejection?[]?> CommitTogetherAsync(IReadOnlyList<PreparedUnit> units, CancellationToken cancellation)
    {
        // In the order of tenants, and within a tenant of streams: two groups cannot wait for each other.
        var tenants = units.GroupBy(unit => unit.Tenant).OrderBy(tenant => tenant.Key, StringComparer.Ordinal).ToArray();
        var refused = new Dictionary<PreparedUnit, Rejection>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = AppendCommand.Together(tenants, connection);
        await batch.PrepareAsync(cancellation);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            foreach (var tenant in tenants)
            {
                // The lock timeout before them answers no rows, so it is no result.
                await reader.ReadAsync(cancellation);
                int[] conflicts = await reader.GetFieldValueAsync<int[]>(0, cancellation);
                var streams = AppendCommand.StreamsOf(tenant);
                foreach (int conflict in conflicts)
                {
                    var (unit, stream) = streams[conflict - 1];
                    refused[unit] = Refusals.StreamConflict(stream.Stream);
                }
                await reader.NextResultAsync(cancellation);
            }
        }
        catch (PostgresException failure) when (Refusals.IsOfOneUnit(failure))
        {
            return null;
        }
        return [.. units.Select(unit => refused.GetValueOrDefault(unit))];
    }
}
