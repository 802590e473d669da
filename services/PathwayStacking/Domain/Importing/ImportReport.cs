using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>Limits and strictness of an import.</summary>
/// <param name="Strict">For authoring: a departure from JSON (<c>document-malformed</c>) and a target that is not in the document (<c>unknown-component</c>) are refused, not forgiven.</param>
/// <param name="MaxNodes">A pathway of the most components, with a condition and a credit of its own at each other one.</param>
public sealed record ImportOptions(bool Strict = false, int MaxBytes = 4 * 1024 * 1024, int MaxNodes = 25_000, int MaxDepth = 64)
{
    public static ImportOptions Default { get; } = new();
}

/// <summary>The pathways of a document, in document order, and what was forgiven on the way.</summary>
/// <param name="DocumentSha256">Of the bytes as they came, hex: keep the original beside the pathways.</param>
public sealed record ImportReport(IReadOnlyList<ImportedPathway> Pathways, IReadOnlyList<ImportWarning> Warnings, string DocumentSha256);

/// <param name="IsPrimary">A PathwaySet's primary pathway, or the only one.</param>
/// <param name="Settings">What the document says in our extension of CTDL.</param>
public sealed record ImportedPathway(Pathway Pathway, bool IsPrimary, PathwaySettings Settings);

/// <param name="Code">Stable, kebab case: <c>json-trailing-comma</c>, <c>unknown-component</c>, <c>unit-misspelt</c>, …</param>
/// <param name="Place">Line and column in the document.</param>
/// <param name="Message">What was found and what was done.</param>
public sealed record ImportWarning(string Code, string Place, string Message);
