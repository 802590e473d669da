using Pathways.TransferRecognition.Domain.Agreements;

namespace Pathways.TransferRecognition.Domain.Importing;

/// <summary>A registry's TransferValueProfiles were read into draft clauses. The document is kept as it came.</summary>
public sealed record TransferValueImported(
    string Sha256, string Original, IReadOnlyList<Clause> Clauses, IReadOnlyList<ImportWarning> Warnings, DateTimeOffset At);

/// <summary>Something that was mended, left out or has to be filled in.</summary>
/// <param name="Place">JSON Pointer into the document.</param>
public sealed record ImportWarning(string Code, string Message, string Place);

/// <param name="EffectiveFrom">As the document says; for the agreement's dates.</param>
public sealed record TransferValueImport(
    string Sha256, IReadOnlyList<Clause> Clauses, DateOnly? EffectiveFrom, DateOnly? EffectiveUntil, IReadOnlyList<ImportWarning> Warnings);
