using System.Text.Json.Nodes;

namespace Pathways.LearningRecord.Domain.Csv;


/// <summary>A part of the statement that a mapping describes: what it becomes with a row's cells.</summary>
/// <param name="Pointer">Where it stands in the statement (RFC 6901).</param>
internal abstract record CsvTemplate(string Pointer)
{
    /// <summary>Holes below it, itself included.</summary>
    public abstract IEnumerable<CsvHole> Holes { get; }

    /// <returns>Null when there is nothing to say: every hole in it is empty.</returns>
    /// <exception cref="CsvCellException">A cell can't be what it is to become.</exception>
    public abstract JsonNode? Fill(CsvFilling row);
}

internal sealed record CsvConstant(string Pointer, JsonNode Value) : CsvTemplate(Pointer)
{
    public override IEnumerable<CsvHole> Holes => [];

    public override JsonNode Fill(CsvFilling row) => Value.DeepClone();
}

internal sealed record CsvObject(string Pointer, IReadOnlyList<KeyValuePair<string, CsvTemplate>> Members) : CsvTemplate(Pointer)
{
    public override IEnumerable<CsvHole> Holes => Members.SelectMany(member => member.Value.Holes);

    public override JsonNode? Fill(CsvFilling row)
    {
        var filled = new JsonObject();
        bool hasHoles = false, hasContent = false;
        foreach (var (name, template) in Members)
        {
            bool isHole = template.Holes.Any();
            hasHoles |= isHole;
            if (template.Fill(row) is not { } value) continue;
            filled[name] = value;
            hasContent |= isHole;
        }
        // A score of which only the constant maximum is known, or an account without a name, says nothing.
        return hasHoles && !hasContent ? null : filled;
    }
}

internal sealed record CsvArray(string Pointer, IReadOnlyList<CsvTemplate> Items) : CsvTemplate(Pointer)
{
    public override IEnumerable<CsvHole> Holes => Items.SelectMany(item => item.Holes);

    public override JsonNode? Fill(CsvFilling row)
    {
        var filled = new JsonArray([.. Items.Select(item => item.Fill(row)).OfType<JsonNode>()]);
        return filled.Count == 0 && Items.Count > 0 ? null : filled;
    }
}

/// <summary>A place that cells fill.</summary>
internal abstract record CsvHole(string Pointer) : CsvTemplate(Pointer)
{
    public override IEnumerable<CsvHole> Holes => [this];

    public abstract IEnumerable<string> Columns { get; }
}

/// <summary>Text with columns in braces: <c>https://college.example/courses/{Course}</c>. One empty cell leaves all of it out.</summary>
/// <param name="Parts">In turn text and column, beginning with text.</param>
internal sealed record CsvText(string Pointer, IReadOnlyList<string> Parts) : CsvHole(Pointer)
{
    public override IEnumerable<string> Columns => Parts.Where((_, index) => index % 2 == 1);

    public override JsonNode? Fill(CsvFilling row)
    {
        var text = new System.Text.StringBuilder();
        // What a cell holds must not become a path or a query of the address that it stands in.
        bool isAddress = Parts[0].StartsWith("https://", StringComparison.Ordinal) || Parts[0].StartsWith("http://", StringComparison.Ordinal);
        for (int i = 0; i < Parts.Count; i++)
        {
            if (i % 2 == 0)
            {
                text.Append(Parts[i]);
                continue;
            }
            string cell = row.Cell(Parts[i]);
            if (cell.Length == 0) return null;
            text.Append(isAddress ? Uri.EscapeDataString(cell) : cell);
        }
        return JsonValue.Create(text.ToString());
    }
}

/// <summary>A row's cells on their way into its statement. A mapping may repeat them as often as it likes: all that it takes is counted.</summary>
internal sealed class CsvFilling(CsvRow row, IReadOnlyDictionary<string, int> columns)
{
    public const int LargestStatement = 1024 * 1024;

    private long _taken;

    /// <exception cref="CsvCellException">With this one the statement is too large.</exception>
    public string Cell(string column)
    {
        string cell = row.Cells[columns[column]].Trim();
        _taken += cell.Length;
        return _taken <= LargestStatement ? cell : throw new CsvCellException(TooLarge.Code, column, TooLarge.Reason);
    }

    public static readonly CsvFault TooLarge = new("csv-row-too-large", $"The row's statement would have more than {LargestStatement / 1024 / 1024} MiB.");
}

/// <summary>A cell can't be what the mapping makes of it.</summary>
internal sealed class CsvCellException(string code, string column, string reason) : Exception(reason)
{
    public CsvFault Fault => new(code, Message, column);
}
