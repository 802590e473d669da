using System.Text;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>A pathway in a file: CTDL or the compact authoring form (YAML). Both carry everything that the model has.</summary>
public static class PathwayFile
{
    /// <summary>Refusals carry line and column.</summary>
    /// <param name="isYaml">By the file's name; JSON is CTDL.</param>
    public static Result<PathwayContent> Read(ReadOnlyMemory<byte> file, bool isYaml, bool strict = false) => isYaml ? ReadYaml(file) : ReadCtdl(file, strict);

    public static string ToYaml(Pathway pathway, PathwaySettings settings) => YamlWriter.Write(new PathwayWriter(Names.For(pathway, settings)).Write(pathway, settings));

    public static CtdlExport ToCtdl(Pathway pathway, PathwaySettings settings) => CtdlExporter.Export(pathway, settings);

    private static Result<PathwayContent> ReadYaml(ReadOnlyMemory<byte> file)
    {
        if (file.Length > ImportOptions.Default.MaxBytes)
            return Rejection.Invalid("document-too-large", $"The document has {file.Length} bytes; the limit is {ImportOptions.Default.MaxBytes}.", "Split the document, a pathway in each.", "line 1, column 1");
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(ByteOrderMark.Skip(file).Span);
            return PathwayReader.Read(YamlReader.Read(text));
        }
        catch (MalformedYamlException error)
        {
            return Rejection.Invalid(error.Code, error.Message, "Correct the document at this place; contracts/schemas/authoring/pathway.json says what is known.", error.Place);
        }
        catch (DecoderFallbackException)
        {
            return Rejection.Invalid("document-malformed", "The document is not UTF-8.", "Save it as UTF-8.", "line 1, column 1");
        }
    }

    private static Result<PathwayContent> ReadCtdl(ReadOnlyMemory<byte> file, bool strict)
    {
        var import = CtdlImporter.Import(file, new(strict));
        if (!import.IsAccepted)
            return import.Rejection;
        var (pathway, _, settings) = import.Value.Pathways.FirstOrDefault(imported => imported.IsPrimary) ?? import.Value.Pathways[0];
        var warnings = import.Value.Warnings.ToList();
        if (import.Value.Pathways.Count > 1)
            warnings.Add(new("several-pathways", "line 1, column 1", $"The document has {import.Value.Pathways.Count} pathways; \"{pathway.Name}\" was taken."));
        return new PathwayContent(pathway, settings, warnings);
    }
}

/// <param name="Warnings">What was forgiven when reading.</param>
public sealed record PathwayContent(Pathway Pathway, PathwaySettings Settings, IReadOnlyList<ImportWarning> Warnings);
