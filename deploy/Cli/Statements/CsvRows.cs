using System.Runtime.CompilerServices;
using System.Text;

namespace Pathways.Cli.Statements;

/// <summary>A row of CSV, and the line that it ends on.</summary>
internal sealed record CsvRow(IReadOnlyList<string> Cells, long Line);

/// <summary>CSV by RFC 4180: commas, quoted cells with doubled quotes and line breaks within; one row at a time.</summary>
internal static class CsvRows
{
    public static async IAsyncEnumerable<CsvRow> ReadAsync(TextReader text, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var row = new Row();
        long line = 0;
        while (await text.ReadLineAsync(cancellation) is { } read)
        {
            line++;
            row.Add(read);
            if (row.IsOpen)
            {
                if (row.Length > StatementSource.LongestStatement) throw new SourceException($"The quotes of a cell before line {line} are never closed.");
                continue;
            }
            var cells = row.Take();
            if (cells is not [""]) yield return new CsvRow(cells, line);
        }
        if (row.IsOpen) throw new SourceException("The quotes of the last cell are never closed.");
    }

    private sealed class Row
    {
        private readonly List<string> _cells = [];
        private readonly StringBuilder _cell = new();

        /// <summary>A quoted cell goes on in the next line.</summary>
        public bool IsOpen { get; private set; }

        public int Length => _cell.Length;

        public void Add(string line)
        {
            if (IsOpen) _cell.Append('\n');
            for (int i = 0; i < line.Length; i++)
            {
                char c = line[i];
                if (c == '"' && IsOpen && i + 1 < line.Length && line[i + 1] == '"') _cell.Append(line[++i]);
                else if (c == '"') IsOpen = !IsOpen;
                else if (c == ',' && !IsOpen) EndCell();
                else _cell.Append(c);
            }
            if (!IsOpen) EndCell();
        }

        public IReadOnlyList<string> Take()
        {
            string[] cells = [.. _cells];
            _cells.Clear();
            return cells;
        }

        private void EndCell()
        {
            _cells.Add(_cell.ToString());
            _cell.Clear();
        }
    }
}
