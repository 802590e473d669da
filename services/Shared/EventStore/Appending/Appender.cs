using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.Kernel;

namespace Pathways.EventStore.Appending;

/// <summary>Commits units of work: alone, or many in one transaction. Answers why a unit was refused, null when it was committed.</summary>
internal sealed class Appender([FromKeyedServices(DataSources.App)] NpgsqlDataSource source, GroupConnections groups)
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
        TenantGroup[] tenants = units is [var only]
            ? [new(only.Tenant, units)]
            : [.. units.GroupBy(unit => unit.Tenant).OrderBy(tenant => tenant.Key, StringComparer.Ordinal).Select(tenant => new TenantGroup(tenant.Key, [.. tenant]))];
        var connection = await groups.TakeAsync(cancellation);
        try
        {
            await using var batch = AppendCommand.Together(tenants, connection);
            await batch.PrepareAsync(cancellation);
            var refused = await ConflictsAsync(batch, tenants, cancellation);
            return [.. units.Select(unit => refused.GetValueOrDefault(unit))];
        }
        catch (PostgresException failure) when (Refusals.IsOfOneUnit(failure))
        {
            return null;
        }
        finally
        {
            await groups.GiveBackAsync(connection);
        }
    }

    private static async Task<Dictionary<PreparedUnit, Rejection>> ConflictsAsync(NpgsqlBatch batch, TenantGroup[] tenants, CancellationToken cancellation)
    {
        var refused = new Dictionary<PreparedUnit, Rejection>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        int tenant = 0;
        do
        {
            // A guarded write may answer rows too; an append answers the indexes of the streams that it refused.
            if (reader.GetName(0) != AppendCommand.Answer) continue;
            await reader.ReadAsync(cancellation);
            foreach (int conflict in await reader.GetFieldValueAsync<int[]>(0, cancellation))
            {
                var (unit, stream) = tenants[tenant].Streams[conflict - 1];
                refused[unit] = Refusals.StreamConflict(stream.Stream);
            }
            tenant++;
        }
        while (await reader.NextResultAsync(cancellation));
        return refused;
    }
}
