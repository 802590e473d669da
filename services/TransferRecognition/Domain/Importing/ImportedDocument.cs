using Pathways.Kernel;

namespace Pathways.TransferRecognition.Domain.Importing;

/// <summary>A document that was imported: one stream for each, by its hash.</summary>
public sealed record ImportedDocument(bool IsKept)
{
    public static readonly Decider<ImportedDocument> Decider = new(new ImportedDocument(IsKept: false), (_, @event) => @event switch
    {
        TransferValueImported => new ImportedDocument(IsKept: true),
        _ => throw new UnexpectedEventException(@event),
    });

    public static string StreamOf(string sha256) => $"import-{sha256}";

    public static Decision Keep(ImportedDocument document, TransferValueImport import, string original, DateTimeOffset now)
        => document.IsKept
            ? Decision.Nothing
            : Decision.Accept(new TransferValueImported(import.Sha256, original, import.Clauses, import.Warnings, now));
}
