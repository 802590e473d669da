using System.Buffers.Binary;
using System.Text;

namespace Pathways.LinkedData;

/// <summary>What a baked image carries, and under which name images of its kind carry it.</summary>
public enum BakedKind
{
    /// <summary>Open Badges 3.0.</summary>
    OpenBadge,

    /// <summary>Comprehensive Learner Record 2.0.</summary>
    Clr,

    /// <summary>Open Badges 2.0: only read.</summary>
    OpenBadge2,
}

/// <summary>A credential, JSON or compact token, taken out of an image.</summary>
public sealed record Unbaked(BakedKind Kind, string Credential);

/// <summary>
/// Credentials inside PNG images (Open Badges 3.0, 5.3.1): an uncompressed iTXt chunk with a keyword. The image's other bytes stay.
/// </summary>
public static class BakedPng
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    private static readonly (BakedKind Kind, string Keyword)[] Keywords =
    [
        (BakedKind.OpenBadge, "openbadgecredential"),
        (BakedKind.Clr, "clrcredential"),
        (BakedKind.OpenBadge2, "openbadges"),
    ];

    public static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature);

    /// <summary>The image with the credential in it; one that was there before is replaced.</summary>
    public static byte[] Bake(ReadOnlySpan<byte> png, string credential, BakedKind kind = BakedKind.OpenBadge)
    {
        var keyword = Keywords.Single(entry => entry.Kind == kind).Keyword;
        using var output = new MemoryStream(png.Length + credential.Length + 64);
        output.Write(Signature);
        foreach (var chunk in Chunks(png))
        {
            var data = png[chunk.Data];
            if (chunk.Type == "iTXt" && ReadText(data) is { } text && text.Keyword == keyword)
                continue;
            if (chunk.Type == "IEND")
                WriteChunk(output, "iTXt", Text(keyword, credential));
            WriteChunk(output, chunk.Type, data);
        }
        return output.ToArray();
    }

    /// <summary>Null when the image carries no credential.</summary>
    public static Unbaked? Unbake(ReadOnlySpan<byte> png)
    {
        foreach (var chunk in Chunks(png))
        {
            if (chunk.Type != "iTXt" || ReadText(png[chunk.Data]) is not { } text)
                continue;
            foreach (var (kind, keyword) in Keywords)
            {
                if (text.Keyword == keyword)
                    return new Unbaked(kind, text.Value);
            }
        }
        return null;
    }

    /// <summary>The chunks, each within the bytes that are really there and with the checksum that it claims.</summary>
    private static List<(string Type, Range Data)> Chunks(ReadOnlySpan<byte> png)
    {
        if (!IsPng(png) || png.Length > MaxBytes)
            throw Invalid("It is not a PNG, or larger than 16 MB.");
        var chunks = new List<(string, Range)>();
        var at = Signature.Length;
        while (true)
        {
            const int Frame = 12;
            if (png.Length - at < Frame)
                throw Invalid("It ends before its end mark.");
            var length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (length > png.Length - at - Frame)
                throw Invalid("A part of it claims to be longer than the file.");
            var data = new Range(at + 8, at + 8 + (int)length);
            if (Crc32(png[(at + 4)..data.End.Value]) != BinaryPrimitives.ReadUInt32BigEndian(png[data.End.Value..]))
                throw Invalid("A part of it does not have the checksum it claims.");
            var type = Encoding.ASCII.GetString(png.Slice(at + 4, 4));
            chunks.Add((type, data));
            if (type == "IEND")
                return chunks;
            at = data.End.Value + 4;
        }
    }

    /// <summary>iTXt: keyword, 0, compression flag and method, language, 0, translated keyword, 0, text in UTF-8.</summary>
    private static (string Keyword, string Value)? ReadText(ReadOnlySpan<byte> data)
    {
        var keywordEnd = data.IndexOf((byte)0);
        if (keywordEnd < 0 || data.Length < keywordEnd + 3)
            return null;
        var keyword = Encoding.Latin1.GetString(data[..keywordEnd]);
        var isCompressed = data[keywordEnd + 1] != 0;
        if (isCompressed)
            return Array.Exists(Keywords, entry => entry.Keyword == keyword) ? throw Invalid("The credential in it is compressed, which the standard forbids.") : null;
        var rest = data[(keywordEnd + 3)..];
        for (var skipped = 0; skipped < 2; skipped++)
        {
            var end = rest.IndexOf((byte)0);
            if (end < 0)
                return null;
            rest = rest[(end + 1)..];
        }
        return (keyword, Encoding.UTF8.GetString(rest));
    }

    private static byte[] Text(string keyword, string value)
        => [.. Encoding.Latin1.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(value)];

    private static void WriteChunk(MemoryStream output, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        byte[] checkedPart = [.. Encoding.ASCII.GetBytes(type), .. data];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        output.Write(checkedPart);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(checkedPart));
        output.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(index =>
    {
        var crc = (uint)index;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
        return crc;
    })];

    private static LinkedDataException Invalid(string why) => new("invalid png", "The image cannot be read: " + why);
}
