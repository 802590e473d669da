namespace Pathways.Kernel;

/// <summary>
/// What some programs put before a text in UTF-8. It is no part of the text: a parser of JSON may pass over it, and nobody may
/// send it on (RFC 8259, section 8.1).
/// </summary>
public static class ByteOrderMark
{
    public static ReadOnlySpan<byte> Utf8 => [0xEF, 0xBB, 0xBF];

    /// <summary>The text that begins after it; the whole where there is none.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> text) => text.Span.StartsWith(Utf8) ? text[Utf8.Length..] : text;
}
