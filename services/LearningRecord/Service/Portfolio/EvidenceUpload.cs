using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Portfolio;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Portfolio;

/// <summary>What is said of a piece of evidence that is uploaded.</summary>
/// <param name="Records">Statements of the same learner that it supports.</param>
public sealed record EvidenceMetadata(string Title, string? Description = null, IReadOnlyList<Guid>? Records = null);

/// <summary>
/// A file and what is said of it, as <c>multipart/form-data</c> with the parts <c>metadata</c> (JSON) and <c>file</c>. It is read into
/// memory: a form reader would put it on a disk, where nothing is encrypted.
/// </summary>
internal sealed record EvidenceUpload(EvidenceMetadata Metadata, string FileName, string ContentType, byte[] Content)
{
    public const int LargestFile = 10 * 1024 * 1024;

    /// <summary>With what stands around the file.</summary>
    public const int LargestBody = LargestFile + (64 * 1024);

    private const int LargestMetadata = 32 * 1024;

    private static readonly JsonSerializerOptions Json = Strict();

    public static async Task<Result<EvidenceUpload>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary) return Malformed("Evidence is sent as multipart/form-data.");
        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary, request.Body) { HeadersCountLimit = 8 }, cancellation);
        }
        catch (InvalidDataException)
        {
            return Malformed("The multipart body does not hold together.");
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            return Malformed("The multipart body ends too early.");
        }
    }

    private static async Task<Result<EvidenceUpload>> ReadPartsAsync(MultipartReader reader, CancellationToken cancellation)
    {
        EvidenceMetadata? metadata = null;
        (string Name, string Type, byte[] Content)? file = null;
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) return Malformed("Every part says its name.");
            switch (HeaderUtilities.RemoveQuotes(disposition.Name).Value)
            {
                case "metadata" when metadata is null:
                    var json = StatementJson.Parse(await section.Body.ReadPartAsync(LargestMetadata, cancellation));
                    if (!json.IsAccepted) return json.Rejection;
                    using (var document = json.Value) metadata = MetadataOf(document);
                    break;
                case "file" when file is null:
                    if (!MediaTypeHeaderValue.TryParse(section.ContentType, out var type) || !FileTypes.IsTaken(type.MediaType.Value!))
                        return Rejection.Invalid("evidence-type-refused", "Files of this type are not taken.", $"Send one of {string.Join(", ", FileTypes.All)}.", "/file");
                    byte[] content = (await section.Body.ReadPartAsync(LargestFile, cancellation)).ToArray();
                    if (content.Length == 0) return Malformed("The file is empty.");
                    if (!FileTypes.IsOf(type.MediaType.Value!, content))
                        return Rejection.Invalid("evidence-type-refused", $"The file is not what it says: it does not begin as {type.MediaType.Value} does.", "Name its type rightly, or send another file.", "/file");
                    file = (NameOf(disposition), type.MediaType.Value!.ToLowerInvariant(), content);
                    break;
                default:
                    return Malformed("The parts are 'metadata' and 'file', each once.");
            }
        }
        return metadata is not null && file is var (name, contentType, bytes)
            ? new EvidenceUpload(metadata, name, contentType, bytes)
            : Malformed("The parts 'metadata' and 'file' are needed.");
    }

    private static EvidenceMetadata? MetadataOf(JsonDocument told)
    {
        try
        {
            return told.Deserialize<EvidenceMetadata>(Json);
        }
        catch (JsonException unexpected)
        {
            // Answered as a body is that can't be bound.
            throw new BadHttpRequestException("The metadata are not what is expected.", unexpected);
        }
    }

    /// <summary>Some browsers send a path with it.</summary>
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        string name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value : HeaderUtilities.RemoveQuotes(disposition.FileName).Value) ?? "";
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name.Length == 0 ? "file" : name;
    }

    private static JsonSerializerOptions Strict()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        StrictJson.Apply(json);
        return json;
    }

    private static Rejection Malformed(string how) => Rejection.Invalid("evidence-invalid", how, "Send multipart/form-data with the parts 'metadata' (JSON with title) and 'file'.", "/file");
}
