using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pathways.EventStore.Reading;

/// <summary>Reads as one tenant: the database itself holds back every row of another.</summary>
public sealed class TenantReader([FromKeyedServices(DataSources.App)] NpgsqlDataSource source)
{
    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await foreach (var row in StreamAsync(tenant, sql, parameters, map, cancellation)) rows.Add(row);
        return rows;
    }

    /// <summary>
    /// For statements that never change and are asked often, prepared by every connection once. They find rows by the order of
    /// an index and stop early, and are planned so whatever the statistics say: those of a young table are wrong, and a plan
    /// that sorts it whole would stay.
    /// </summary>
    public async Task<IReadOnlyList<T>> LookUpAsync<T>(
        string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { TenantScope.InIndexOrder(tenant), Query(sql, parameters) } };
        await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) rows.Add(map(reader));
        return rows;
    }

    /// <summary>Row by row, for results that need not fit into memory.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(
        string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
        => StreamAsync(tenant, sql, parameters, map, prepare: false, cancellation);

    /// <param name="prepare">For statements that never change and are asked often; they are planned as <see cref="LookUpAsync"/> says.</param>
    internal async IAsyncEnumerable<T> StreamAsync<T>(
        string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> map, bool prepare,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // Both statements travel together; without an explicit transaction a batch is one, so the tenant ends with it.
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { prepare ? TenantScope.InIndexOrder(tenant) : TenantScope.Command(tenant), Query(sql, parameters) } };
        if (prepare) await batch.PrepareAsync(cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) yield return map(reader);
    }

    private static NpgsqlBatchCommand Query(string sql, IReadOnlyList<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }
}
