using System.Runtime.CompilerServices;
using Pathways.LearningRecord.Domain.Csv;

namespace Pathways.Cli.Statements;

/// <summary>The rows of a CSV file as statements: by a mapping, or by a header that names each column by its place in the statement.</summary>
internal static class CsvStatements
{
    private const int Piece = 64 * 1024;

    /// <param name="stream">From the beginning of a line.</param>
    /// <param name="firstLine">The number of that line in the file.</param>
    public static async IAsyncEnumerable<CsvStatement> ReadAsync(Stream stream, long firstLine, CsvMapping? mapping, string tenant, [EnumeratorCancellation] CancellationToken cancellation)
    {
        CsvTable? table = null;
        await foreach (var row in RowsAsync(stream, new CsvParser(mapping?.Delimiter, firstLine), cancellation))
        {
            if (table is null) table = Bind(mapping, row);
            else yield return table.Map(tenant, row);
        }
    }

    private static CsvTable Bind(CsvMapping? mapping, CsvRow header)
    {
        mapping ??= SourceException.Unless(CsvMapping.OfPlaces(header));
        return SourceException.Unless(mapping.Bind(header));
    }

    private static async IAsyncEnumerable<CsvRow> RowsAsync(Stream stream, CsvParser parser, [EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] piece = new byte[Piece];
        int read;
        // Filled as far as it goes: the parser looks for the delimiter in the first piece.
        while ((read = await stream.ReadAtLeastAsync(piece, Piece, throwOnEndOfStream: false, cancellation)) > 0)
        {
            foreach (var row in parser.Read(piece.AsMemory(0, read))) yield return row;
        }
        if (parser.End() is { } last) yield return last;
    }
}
