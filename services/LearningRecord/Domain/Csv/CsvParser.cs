using System.Buffers;
using System.Globalization;
using System.Text;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>
/// CSV by RFC 4180, given in pieces of any size: quoted cells with doubled quotes and line breaks, any end of line, a byte
/// order mark. A row that can't be read is told as such, and the next one is read: one bad row of a million stops nothing.
/// Memory is that of one row. (Readers of text would hand on invalid UTF-8 as replacement characters, which then are stored.)
/// </summary>
/// <param name="delimiter">Null: told from the first line, which has to be in the first piece.</param>
/// <param name="firstLine">Of the file, when the lines before it were read already.</param>
public sealed class CsvParser(char? delimiter = null, long firstLine = 1)
{
    public const int LongestRow = 8 * 1024 * 1024;
    public const int MostCells = 1000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _cell = new();
    private readonly List<string> _cells = [];
    private byte _delimiter = (byte)(delimiter ?? '\0');
    private State _state = State.CellStart;
    private CsvFault? _fault;
    private long _number, _line = firstLine, _began = firstLine;
    private int _rowBytes;
    private bool _started, _afterReturn;

    private enum State
    {
        CellStart,
        Plain,
        Quoted,

        /// <summary>A quote within quotes: their end, or the first of two.</summary>
        QuoteInQuoted,
    }

    /// <summary>The rows that end in this piece. It is read while they are enumerated.</summary>
    public IEnumerable<CsvRow> Read(ReadOnlyMemory<byte> piece)
    {
        if (!_started) piece = Start(piece);
        for (int i = 0; i < piece.Length; i++)
        {
            if (Take(piece.Span[i]) && EndRow() is { } row) yield return row;
        }
    }

    /// <summary>The last row, when no end of line follows it.</summary>
    public CsvRow? End()
    {
        if (_state == State.Quoted) _fault = new CsvFault("csv-quotes-open", $"A quoted cell of the row that begins on line {_began} is never closed.", CurrentColumn);
        bool isEmpty = _state == State.CellStart && _cells.Count == 0 && _fault is null;
        if (isEmpty) return null;
        EndCell();
        return EndRow();
    }

    private string CurrentColumn => (_cells.Count + 1).ToString(CultureInfo.InvariantCulture);

    private ReadOnlyMemory<byte> Start(ReadOnlyMemory<byte> piece)
    {
        _started = true;
        var mark = piece.Span;
        if (mark is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) _fault = new CsvFault("csv-not-utf8", "The file is UTF-16; save it as UTF-8.");
        piece = ByteOrderMark.Skip(piece);
        if (_delimiter == 0) _delimiter = DelimiterOf(piece.Span);
        return piece;
    }

    /// <summary>The most frequent of the usual ones in the first line, outside of quotes.</summary>
    private static byte DelimiterOf(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> usual = ",;\t|"u8;
        Span<int> counts = stackalloc int[usual.Length];
        bool quoted = false;
        foreach (byte b in beginning)
        {
            if (b == '"') quoted = !quoted;
            if (quoted) continue;
            if (b is (byte)'\n' or (byte)'\r') break;
            if (usual.IndexOf(b) is >= 0 and var at) counts[at]++;
        }
        int best = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best]) best = i;
        }
        return usual[best];
    }

    /// <returns>True when a row ends with this byte.</returns>
    private bool Take(byte b)
    {
        bool isSecondOfBreak = b == '\n' && _afterReturn;
        _afterReturn = b == '\r';
        bool isBreak = b is (byte)'\n' or (byte)'\r';
        if (isBreak && !isSecondOfBreak) _line++;
        if (_state == State.Quoted)
        {
            if (b == '"') _state = State.QuoteInQuoted;
            else Add(b);
            return false;
        }
        if (isSecondOfBreak) return false;
        if (isBreak)
        {
            EndCell();
            return true;
        }
        if (b == _delimiter) EndCell();
        else if (b == '"' && _state == State.CellStart) _state = State.Quoted;
        else if (_state == State.QuoteInQuoted) AfterQuote(b);
        else
        {
            _state = State.Plain;
            Add(b);
        }
        return false;
    }

    private void AfterQuote(byte b)
    {
        if (b == '"')
        {
            _state = State.Quoted;
            Add(b);
        }
        // Spaces between the closing quote and the delimiter say nothing.
        else if (b != ' ') _fault ??= new CsvFault("csv-quotes-stray", "Text follows the closing quote of a cell; a quote within a quoted cell is written twice.", CurrentColumn);
    }

    private void Add(byte b)
    {
        if (++_rowBytes > LongestRow)
        {
            _fault ??= new CsvFault("csv-row-too-long", $"The row that begins on line {_began} is longer than {LongestRow} bytes; quotes that are not closed could be the reason.", CurrentColumn);
            return;
        }
        _cell.GetSpan(1)[0] = b;
        _cell.Advance(1);
    }

    private void EndCell()
    {
        if (_cells.Count == MostCells) _fault ??= new CsvFault("csv-cells-too-many", $"The row has more than {MostCells} cells.");
        if (_fault is null)
        {
            try
            {
                _cells.Add(Strict.GetString(_cell.WrittenSpan));
            }
            catch (DecoderFallbackException)
            {
                _fault = new CsvFault("csv-not-utf8", "The cell is not valid UTF-8; save the file as UTF-8.", CurrentColumn);
            }
        }
        _cell.ResetWrittenCount();
        _state = State.CellStart;
    }

    /// <returns>Null of an empty line.</returns>
    private CsvRow? EndRow()
    {
        bool isEmpty = _fault is null && _cells is [""];
        var row = isEmpty ? null : new CsvRow(_number++, _began, _fault is null ? [.. _cells] : [], _fault);
        _cells.Clear();
        (_fault, _rowBytes, _began) = (null, 0, _line);
        return row;
    }
}
