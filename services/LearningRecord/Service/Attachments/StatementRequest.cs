using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Attachments;

/// <summary>What a request that stores statements brings: their JSON, and the content of attachments by its hash.</summary>
internal sealed record StatementRequest(ReadOnlyMemory<byte> Json, IReadOnlyDictionary<string, byte[]> Parts)
{
    /// <summary>JSON by itself is bounded tighter than with attachments.</summary>
    public const long LargestJson = 8 * 1024 * 1024;

    public const long Largest = 32 * 1024 * 1024;

    private const int MostParts = 1000;

    public static Task<Result<StatementRequest>> ReadAsync(HttpRequest request, CancellationToken cancellation)
        => ReadAsync(request.ContentType, request.Body, cancellation);

    public static async Task<Result<StatementRequest>> ReadAsync(string? contentType, Stream body, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return NotTaken();
        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return new StatementRequest(await body.ReadPartAsync(LargestJson, cancellation), new Dictionary<string, byte[]>());
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (!type.MediaType.Equals("multipart/mixed", StringComparison.OrdinalIgnoreCase)) return NotTaken();
        if (string.IsNullOrEmpty(boundary)) return Malformed("has no boundary");
        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary, body) { HeadersCountLimit = 16, BodyLengthLimit = Largest }, cancellation);
        }
        catch (Exception fault) when (fault is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            return Malformed("does not hold together");
        }
    }

    private static async Task<Result<StatementRequest>> ReadPartsAsync(MultipartReader reader, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte>? json = null;
        var parts = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (json is null)
            {
                if (!MediaTypeHeaderValue.TryParse(section.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
                    return Malformed("must have the statements as its first part, as application/json");
                json = await section.Body.ReadPartAsync(LargestJson, cancellation);
                continue;
            }
            if (parts.Count == MostParts) return Malformed($"has more than {MostParts} attachments");
            if (section.Headers?.TryGetValue("Content-Transfer-Encoding", out var encoding) != true || encoding != "binary")
                return Malformed("must say Content-Transfer-Encoding: binary of every attachment");
            if (section.Headers.TryGetValue("X-Experience-API-Hash", out var hash) != true || hash is not [{ } sha2])
                return Malformed("must say X-Experience-API-Hash of every attachment");
            byte[] content = (await section.Body.ReadPartAsync(Largest, cancellation)).ToArray();
            if (!Sha2.IsOf(sha2, content)) return Malformed($"says that an attachment has the hash {sha2}, which is not that of its content");
            parts[sha2] = content;
        }
        return json is { } statements ? new StatementRequest(statements, parts) : Malformed("is empty");
    }

    /// <summary>400 and not 415: so xAPI's conformance suite asks.</summary>
    private static Rejection NotTaken()
        => Rejection.Invalid("unsupported-content-type", "Statements are sent as application/json, or as multipart/mixed with attachments.", "Send one of the two as the Content-Type.", HeaderNames.ContentType);

    private static Rejection Malformed(string how) => Rejection.Invalid("multipart-invalid", $"The multipart body {how}.", "Send it as xAPI 2.0 (IEEE 9274.1.1, section 4.1.5) says.");
}
