using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Statements;

/// <summary>
/// CSV whose header names each column by its place in the statement: <c>actor.mbox</c>, <c>verb.id</c>, <c>object.id</c>,
/// <c>result.score.scaled</c>, <c>timestamp</c>. An empty cell is not there.
/// </summary>
internal static class CsvStatements
{
    private static readonly string[] Numbers = ["scaled", "raw", "min", "max"];
    private static readonly string[] Flags = ["success", "completion"];

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string[][]? columns = null;
        await foreach (var row in CsvRows.ReadAsync(new StreamReader(stream, Encoding.UTF8), cancellation))
        {
            if (columns is null) columns = Columns(row);
            else if (row.Cells.Count != columns.Length) throw new SourceException($"Line {row.Line} has {row.Cells.Count} cells, and the header {columns.Length}.");
            else yield return Encoding.UTF8.GetBytes(Statement(columns, row).ToJsonString());
        }
    }

    private static string[][] Columns(CsvRow header)
    {
        string[][] columns = [.. header.Cells.Select(name => name.Trim().Split('.'))];
        return columns.Any(column => column is ["actor", ..]) && columns.Any(column => column is ["verb", ..])
            ? columns
            : throw new SourceException("The first line of a CSV file names the columns by their place in a statement, such as actor.mbox,verb.id,object.id.");
    }

    private static JsonObject Statement(string[][] columns, CsvRow row)
    {
        var statement = new JsonObject();
        for (int i = 0; i < columns.Length; i++)
        {
            if (row.Cells[i].Length == 0) continue;
            var at = statement;
            foreach (string part in columns[i].AsSpan(0, columns[i].Length - 1))
            {
                at[part] ??= new JsonObject();
                at = at[part]!.AsObject();
            }
            at[columns[i][^1]] = Value(columns[i], row.Cells[i], row.Line);
        }
        return statement;
    }

    private static JsonValue Value(string[] column, string cell, long line)
    {
        if (column is [.., "score", var member] && Numbers.Contains(member))
        {
            return decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
                ? JsonValue.Create(number)
                : throw new SourceException($"Line {line}: {string.Join('.', column)} must be a number, but is '{cell}'.");
        }
        if (column is ["result", var flag] && Flags.Contains(flag))
        {
            return bool.TryParse(cell, out bool value)
                ? JsonValue.Create(value)
                : throw new SourceException($"Line {line}: {string.Join('.', column)} must be true or false, but is '{cell}'.");
        }
        return JsonValue.Create(cell);
    }
}
