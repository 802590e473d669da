using System.Collections.Frozen;
using System.Text.Unicode;

namespace Pathways.LearningRecord.Domain.Portfolio;

/// <summary>
/// Files that a portfolio takes: documents, pictures, recordings. Nothing that a browser would run (HTML, SVG, scripts), and
/// nothing that is not what it says: whoever opens evidence trusts its type.
/// </summary>
public static class FileTypes
{
    private delegate bool Begins(ReadOnlySpan<byte> content);

    private static readonly FrozenDictionary<string, Begins> Known = new Dictionary<string, Begins>(StringComparer.OrdinalIgnoreCase)
    {
        ["application/pdf"] = content => content.StartsWith("%PDF-"u8),
        ["image/png"] = content => content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ["image/jpeg"] = content => content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
        ["image/gif"] = content => content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8),
        ["image/webp"] = content => content.StartsWith("RIFF"u8) && content.Length > 12 && content[8..].StartsWith("WEBP"u8),
        ["video/mp4"] = content => content.Length > 8 && content[4..].StartsWith("ftyp"u8),
        ["audio/mpeg"] = content => content.StartsWith("ID3"u8) || (content.Length > 1 && content[0] == 0xFF && (content[1] & 0xE0) == 0xE0),
        ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"] = IsArchive,
        ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = IsArchive,
        ["application/vnd.openxmlformats-officedocument.presentationml.presentation"] = IsArchive,
        ["application/vnd.oasis.opendocument.text"] = IsArchive,
        ["application/vnd.oasis.opendocument.spreadsheet"] = IsArchive,
        ["application/vnd.oasis.opendocument.presentation"] = IsArchive,
        ["text/plain"] = IsText,
        ["text/csv"] = IsText,
        ["text/markdown"] = IsText,
        ["application/json"] = IsText,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> All => Known.Keys.Order(StringComparer.Ordinal);

    public static bool IsTaken(string contentType) => Known.ContainsKey(contentType);

    /// <summary>Whether the content begins as its type does.</summary>
    public static bool IsOf(string contentType, ReadOnlySpan<byte> content) => Known.TryGetValue(contentType, out var begins) && begins(content);

    private static bool IsArchive(ReadOnlySpan<byte> content) => content.StartsWith("PK\u0003\u0004"u8);

    private static bool IsText(ReadOnlySpan<byte> content) => Utf8.IsValid(content) && !content.Contains((byte)0);
}
