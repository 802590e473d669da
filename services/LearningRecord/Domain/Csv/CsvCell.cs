using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Csv;

internal enum CsvKind
{
    Text,
    Number,
    Boolean,
    Time,
    Duration,
}

/// <summary>One cell as a value of a kind: <c>{"column": "Points", "as": "number", "divideBy": 100}</c>.</summary>
/// <param name="Values">What cells stand for; <c>*</c> for all others. Null: the cell itself.</param>
/// <param name="Default">Of an empty cell.</param>
internal sealed record CsvCell(
    string Pointer, string Column, CsvKind Kind, IReadOnlyDictionary<string, JsonNode>? Values, JsonNode? Default, decimal DivideBy, char DecimalMark, CsvDates Dates)
    : CsvHole(Pointer)
{
    public override IEnumerable<string> Columns => [Column];

    public override JsonNode? Fill(CsvFilling row)
    {
        string cell = row.Cell(Column);
        if (cell.Length == 0) return Default?.DeepClone();
        if (Values is null) return Read(cell);
        return Values.TryGetValue(cell, out var value) || Values.TryGetValue("*", out value)
            ? value.DeepClone()
            : throw Refused("csv-value-unknown", $"'{CsvMapping.Shown(cell)}' is none of the values that the mapping knows: {string.Join(", ", Values.Keys)}.");
    }

    private JsonNode Read(string cell) => Kind switch
    {
        CsvKind.Text => JsonValue.Create(cell),
        CsvKind.Number => JsonValue.Create(Number(cell) / DivideBy),
        CsvKind.Boolean => JsonValue.Create(Boolean(cell)),
        CsvKind.Time => JsonValue.Create(Time(cell)),
        CsvKind.Duration => JsonValue.Create(Duration(cell)),
        _ => throw new InvalidOperationException($"Unknown kind of cell: {Kind}"),
    };

    private decimal Number(string cell)
        => decimal.TryParse(cell.Replace(DecimalMark, '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number)
            && (DecimalMark == '.' || !cell.Contains('.', StringComparison.Ordinal))
            ? number
            : throw Refused("csv-number-invalid", $"'{CsvMapping.Shown(cell)}' is no number with '{DecimalMark}' as its decimal mark and nothing between thousands.");

    private bool Boolean(string cell) => cell.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" => true,
        "FALSE" or "0" or "NO" => false,
        _ => throw Refused("csv-boolean-invalid", $"'{CsvMapping.Shown(cell)}' is neither true nor false (also taken: yes, no, 1, 0; others by 'values')."),
    };

    private string Time(string cell)
    {
        var (instant, reason) = Dates.Read(cell);
        return instant is { } known ? XapiTimestamp.Format(known) : throw Refused("csv-date-invalid", reason!);
    }

    /// <summary>ISO 8601 as it is, hours:minutes:seconds, or seconds.</summary>
    private string Duration(string cell)
    {
        if (cell.StartsWith('P')) return cell;
        if (cell.Split(':') is { Length: 2 or 3 } parts && parts.All(part => part.Length is > 0 and < 7 && part.All(char.IsAsciiDigit)))
            return parts.Length == 3 ? $"PT{parts[0]}H{parts[1]}M{parts[2]}S" : $"PT{parts[0]}M{parts[1]}S";
        decimal seconds = decimal.TryParse(cell.Replace(DecimalMark, '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : throw Refused("csv-duration-invalid", $"'{CsvMapping.Shown(cell)}' is no duration: ISO 8601 (PT1H30M), 1:30:00 and seconds are taken.");
        return string.Create(CultureInfo.InvariantCulture, $"PT{Math.Round(seconds, 2):0.##}S");
    }

    private CsvCellException Refused(string code, string reason) => new(code, Column, reason);
}
