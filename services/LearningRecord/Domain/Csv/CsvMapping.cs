using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>
/// How rows of a CSV file become statements: the statement itself with holes in it. <c>{Column}</c> in a text is a column's
/// cell; <c>{"column": …, "as": …}</c> is a cell as a number, boolean, time or duration, or by a list of values. A row's
/// statement has an id that follows from the tenant, the mapping's name and the key's cells, so taking the same row
/// again stores nothing twice.
/// </summary>
public sealed class CsvMapping
{
    public const int LargestFile = 256 * 1024;

    private static readonly Guid Namespace = new("5f6f5b0e-7d0b-5e2c-9d0c-0f1c2b6a7e10");

    private readonly CsvTemplate _statement;
    private readonly ImmutableArray<string> _key;

    internal CsvMapping(string name, char? delimiter, ImmutableArray<string> key, CsvTemplate statement)
        => (Name, Delimiter, _key, _statement) = (name, delimiter, key, statement);

    /// <summary>Part of every statement's id: another name gives other statements.</summary>
    public string Name { get; }

    /// <summary>Null: told from the header.</summary>
    public char? Delimiter { get; }

    /// <summary>Reads a mapping file; refused as <c>csv-mapping-invalid</c> with the place.</summary>
    public static Result<CsvMapping> Parse(ReadOnlyMemory<byte> json) => CsvMappingFile.Read(json);

    /// <summary>For files whose header names each column by its place in the statement: <c>actor.mbox</c>, <c>result.score.scaled</c>.</summary>
    public static Result<CsvMapping> OfPlaces(CsvRow header) => CsvMappingFile.OfPlaces(header);

    /// <summary>Finds the mapping's columns in a file's header.</summary>
    public Result<CsvTable> Bind(CsvRow header)
    {
        if (header.Fault is { } fault) return Rejection.Invalid(fault.Code, $"The header can't be read: {fault.Reason}", "Correct the file's first row.", fault.Column);
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = header.Cells.Select(name => name.Trim()).ToList();
        foreach (string column in _statement.Holes.SelectMany(hole => hole.Columns).Concat(_key).Distinct(StringComparer.Ordinal))
        {
            int at = names.IndexOf(column);
            if (at < 0)
            {
                return Rejection.Invalid(
                    "csv-column-missing", $"The file has no column '{column}'. It has: {string.Join(", ", names.Select(Shown))}.",
                    "Correct the mapping or the file's header; names are case-sensitive. When there is only one column, say which character separates them ('delimiter').", column);
            }
            if (names.LastIndexOf(column) != at)
                return Rejection.Invalid("csv-column-ambiguous", $"The file has more than one column '{column}'.", "Give each column that is mapped a name of its own.", column);
            columns[column] = at;
        }
        return new CsvTable(this, columns, names);
    }

    internal CsvTemplate Statement => _statement;

    /// <summary>The cells that make a row one and the same: of the key, or all of them where the mapping names none.</summary>
    internal Guid IdOf(string tenant, CsvRow row, IReadOnlyDictionary<string, int> columns)
    {
        var name = new StringBuilder();
        var cells = _key.IsEmpty ? row.Cells : [.. _key.Select(column => row.Cells[columns[column]])];
        // With their lengths: "a" and "bc" are another key than "ab" and "c".
        foreach (string cell in cells.Select(cell => cell.Trim())) name.Append(cell.Length).Append(':').Append(cell);
        return DeterministicId.From(DeterministicId.From(Namespace, $"{tenant}\n{Name}"), name.ToString());
    }

    internal string? EmptyKeyColumn(CsvRow row, IReadOnlyDictionary<string, int> columns)
        => _key.FirstOrDefault(column => row.Cells[columns[column]].AsSpan().Trim().IsEmpty);

    /// <summary>The column that fills a place of the statement, or the nearest place to it.</summary>
    internal string? ColumnAt(string? place)
    {
        if (place is null) return null;
        return _statement.Holes
            .Where(hole => place == hole.Pointer || place.StartsWith(hole.Pointer + "/", StringComparison.Ordinal) || hole.Pointer.StartsWith(place + "/", StringComparison.Ordinal))
            .OrderByDescending(hole => hole.Pointer.Length).FirstOrDefault()?.Columns.First();
    }

    internal static string Shown(string cell) => cell.Length <= 80 ? cell : cell[..80] + "…";
}

/// <summary>A mapping and the columns of one file.</summary>
public sealed class CsvTable
{
    private readonly CsvMapping _mapping;
    private readonly Dictionary<string, int> _columns;
    private readonly List<string> _names;

    internal CsvTable(CsvMapping mapping, Dictionary<string, int> columns, List<string> names)
        => (_mapping, _columns, _names) = (mapping, columns, names);

    /// <summary>A row's statement, valid and with its id, or why there is none.</summary>
    public CsvStatement Map(string tenant, CsvRow row)
    {
        if (row.Fault is { } unreadable) return Refused(row, unreadable with { Column = NameOf(unreadable.Column) });
        if (row.Cells.Count != _names.Count) return Refused(row, new CsvFault("csv-cells-mismatch", $"The row has {row.Cells.Count} cells, and the header {_names.Count}."));
        if (_mapping.EmptyKeyColumn(row, _columns) is { } empty) return Refused(row, new CsvFault("csv-key-empty", "The cell belongs to the row's key, and is empty.", empty));
        try
        {
            return Checked(row, _mapping.IdOf(tenant, row, _columns));
        }
        catch (CsvCellException cell)
        {
            return Refused(row, cell.Fault);
        }
    }

    private CsvStatement Checked(CsvRow row, Guid id)
    {
        var filled = _mapping.Statement.Fill(new CsvFilling(row, _columns))?.AsObject() ?? [];
        if (!filled.ContainsKey("id")) filled.Insert(0, "id", id.ToString("D"));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(filled, StatementJson.Readable);
        if (json.Length > CsvFilling.LargestStatement) return Refused(row, CsvFilling.TooLarge);
        var parsed = StatementJson.Parse(json);
        if (!parsed.IsAccepted) return Refused(row, new CsvFault("statement-invalid", parsed.Rejection.Message));
        using var document = parsed.Value;
        if (StatementRules.Check(document.RootElement, XapiVersion.V200) is { } breach)
            return Refused(row, new CsvFault(breach.Code, $"{breach.Place}: {breach.Message}", _mapping.ColumnAt(breach.Place)));
        return new CsvStatement(row.Number, row.Line, document.RootElement.GetProperty("id").GetGuid(), json, Refusal: null);
    }

    private static CsvStatement Refused(CsvRow row, CsvFault fault) => new(row.Number, row.Line, Guid.Empty, ReadOnlyMemory<byte>.Empty, fault);

    private string? NameOf(string? column)
        => int.TryParse(column, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) && number <= _names.Count ? _names[number - 1] : column;
}

/// <summary>What a row became.</summary>
/// <param name="Refusal">Why it became no statement; then id and JSON are empty.</param>
public sealed record CsvStatement(long Row, long Line, Guid Id, ReadOnlyMemory<byte> Json, CsvFault? Refusal);
