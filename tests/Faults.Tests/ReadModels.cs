using Npgsql;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>The rows of read models: before and after they were built again from the first event.</summary>
internal static class ReadModels
{
    /// <summary>What a replay makes of it is what is there; nothing else may write to it meanwhile.</summary>
    public static async Task<IReadOnlyList<Violation>> NotReplayEqualAsync(
        string projection, Func<Task<string>> rows, Func<Task> rebuild)
    {
        string live = await rows();
        await rebuild();
        string replayed = await rows();
        return live == replayed ? [] : [new(ViolationKind.LeftOver, $"{projection} is not equal to a replay: {live} before, {replayed} after")];
    }

    /// <summary>Of every table of a projection how many rows, and a hash over all of them in a fixed order.</summary>
    public static async Task<string> RowsAsync(NpgsqlConnection connection, string projection, CancellationToken cancellation)
    {
        var rows = new List<string>();
        foreach (var table in await TablesAsync(connection, projection, cancellation))
        {
            await using var command = new NpgsqlCommand(
                $"select count(*) || ' rows ' || md5(coalesce(string_agg(r::text, E'\\n' order by r::text), '')) from read.{table} r", connection);
            rows.Add($"{table} {await command.ExecuteScalarAsync(cancellation)}");
        }

        return string.Join(", ", rows);
    }

    private static async Task<string[]> TablesAsync(NpgsqlConnection connection, string projection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select array_agg(tablename::text order by tablename) from pg_tables where schemaname = 'read' and tablename ~ ('^' || $1 || '_v[0-9]+(_.*)?$')", connection)
        {
            Parameters = { new() { Value = projection } },
        };
        return await command.ExecuteScalarAsync(cancellation) as string[] ?? throw new InvalidOperationException($"There is no table of {projection}.");
    }
}
