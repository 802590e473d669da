namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>A row of CSV.</summary>
/// <param name="Number">From 1; the header is row 0.</param>
/// <param name="Line">The line that it begins on, from 1: cells may hold line breaks.</param>
/// <param name="Fault">Why its cells can't be read; then there are none.</param>
public sealed record CsvRow(long Number, long Line, IReadOnlyList<string> Cells, CsvFault? Fault = null);

/// <summary>Why a row can't be taken.</summary>
/// <param name="Code">Stable, kebab case.</param>
/// <param name="Column">The column's name, or its number from 1 where the name is not known; null when it concerns no single one.</param>
public sealed record CsvFault(string Code, string Reason, string? Column = null);
